import type { Chart } from './document.ts';
import { escapeXml } from './escape.ts';
import { type Axis, heading, tickLabel, ticks, toPixels } from './plot.ts';

export interface IntervalRow {
  label: string;
  /** Left out if there is none. */
  value?: number;
  /** Ends of the line through the dot. */
  low?: number;
  high?: number;
  /** Stands at the right. A row with neither value nor note is the heading of those below. */
  note?: string;
}

const ROW = 24;
const TOP = 64;
const AXIS_LENGTH = 400;
/** Width of the column of notes. */
const NOTES = 240;
/** Width of a letter of 12 px in a wide font. */
const LETTER = 7;

/** A row for each interval, with a dot at its value, all on one axis. @param guides values with a dashed line, such as 0 or a limit */
export function intervalChart(
  title: string,
  axis: Axis,
  rows: readonly IntervalRow[],
  guides: readonly number[],
): Chart {
  const bottom = TOP + rows.length * ROW;
  const left = 28 + LETTER * Math.max(...rows.map(({ label }) => label.length));
  const right = left + AXIS_LENGTH;
  const place = toPixels(axis, left, right);
  const x = (value: number) => place(Math.min(Math.max(value, axis.from), axis.to));
  const grid = ticks(axis).map(
    (value) =>
      `<path class="grid" d="M${x(value)} ${TOP - 8}V${bottom}"/><text x="${x(value)}" y="${TOP - 14}" text-anchor="middle">${tickLabel(value)}</text>`,
  );
  const lines = guides.map((value) => `<path class="guide" d="M${x(value)} ${TOP - 8}V${bottom}"/>`);
  const marks = rows.map(({ label, value, low, high, note }, i) => {
    const y = TOP + i * ROW + ROW / 2;
    if (value === undefined && note === undefined) {
      return `<text class="group" x="12" y="${y + 4}">${escapeXml(label)}</text>`;
    }
    return [
      `<text class="label" x="${left - 16}" y="${y + 4}" text-anchor="end">${escapeXml(label)}</text>`,
      low === undefined || high === undefined ? '' : `<path class="one whisker" d="M${x(low)} ${y}H${x(high)}"/>`,
      value === undefined ? '' : `<circle class="one" cx="${x(value)}" cy="${y}" r="4"/>`,
      note === undefined ? '' : `<text x="${right + 16}" y="${y + 4}">${escapeXml(note)}</text>`,
    ].join('');
  });
  const name = `<text x="${right}" y="${bottom + 22}" text-anchor="end">${escapeXml(axis.name)}</text>`;
  const elements = [heading(title), ...grid, ...lines, ...marks, name].join('\n');
  return { title, width: right + NOTES, height: bottom + 36, elements };
}
