import type { Chart } from './document.ts';
import { escapeXml } from './escape.ts';
import { type Axis, heading, round, ticks } from './plot.ts';

export interface IntervalRow {
  label: string;
  /** Absent for a row that only gives the ones below their heading. */
  value?: number;
  /** Ends of the line through the dot. */
  low?: number;
  high?: number;
  /** Stands at the right. */
  note?: string;
}

const WIDTH = 940;
const ROW = 24;
const TOP = 64;
const LEFT = 300;
const RIGHT = 700;

/** One dot a row with its interval, all on one axis. @param guides values with a dashed line, such as 0 or a limit */
export function intervalChart(
  title: string,
  axis: Axis,
  rows: readonly IntervalRow[],
  guides: readonly number[],
): Chart {
  const bottom = TOP + rows.length * ROW;
  const x = (value: number) =>
    round(
      LEFT + ((Math.min(Math.max(value, axis.from), axis.to) - axis.from) / (axis.to - axis.from)) * (RIGHT - LEFT),
    );
  const grid = ticks(axis).map(
    (value) =>
      `<path class="grid" d="M${x(value)} ${TOP - 8}V${bottom}"/><text x="${x(value)}" y="${TOP - 14}" text-anchor="middle">${value}</text>`,
  );
  const lines = guides.map((value) => `<path class="guide" d="M${x(value)} ${TOP - 8}V${bottom}"/>`);
  const marks = rows.map(({ label, value, low, high, note }, i) => {
    const y = TOP + i * ROW + ROW / 2;
    if (value === undefined) return `<text class="group" x="12" y="${y + 4}">${escapeXml(label)}</text>`;
    return [
      `<text class="label" x="${LEFT - 16}" y="${y + 4}" text-anchor="end">${escapeXml(label)}</text>`,
      low === undefined || high === undefined ? '' : `<path class="one whisker" d="M${x(low)} ${y}H${x(high)}"/>`,
      `<circle class="one" cx="${x(value)}" cy="${y}" r="4"/>`,
      note === undefined ? '' : `<text x="${RIGHT + 16}" y="${y + 4}">${escapeXml(note)}</text>`,
    ].join('');
  });
  const name = `<text x="${RIGHT}" y="${bottom + 22}" text-anchor="end">${escapeXml(axis.name)}</text>`;
  return {
    title,
    width: WIDTH,
    height: bottom + 36,
    elements: [heading(title), ...grid, ...lines, ...marks, name].join('\n'),
  };
}
