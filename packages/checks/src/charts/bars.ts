import { COLOURS, escapeXml, type Heading, page, round, roundSteps, WIDTH } from './svg.ts';

interface BarChart extends Heading {
  unit: string;
  parts: string[];
  bars: { label: string; values: number[] }[];
}

const LEFT = 150;
const RIGHT = WIDTH - 60;
const TOP = 128;
const BAR = { height: 36, step: 60 };
const LEGEND_STEP = 130;

/** Draws horizontal bars of the same parts. Returns SVG. */
export function drawBars({ title, notes, unit, parts, bars }: BarChart): string {
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const most = Math.max(...sums, Number.MIN_VALUE);
  const x = (at: number) => round(LEFT + (at / most) * (RIGHT - LEFT));
  const bottom = TOP + bars.length * BAR.step;

  const legend = parts.map((part, i) => {
    const at = 24 + i * LEGEND_STEP;
    return `<rect x="${at}" y="92" width="14" height="14" fill="${COLOURS[i]}"/><text x="${at + 20}" y="104">${escapeXml(part)}</text>`;
  });
  const columns = roundSteps(most).map(
    (at) =>
      `<path class="grid" d="M${x(at)} ${TOP - 8}V${bottom}"/><text class="faint" x="${x(at)}" y="${bottom + 20}" text-anchor="middle">${at}</text>`,
  );
  const drawn = bars.flatMap(({ label, values }, row) => {
    const y = TOP + row * BAR.step;
    const pieces = values.map((value, i) => {
      const start = values.slice(0, i).reduce((sum, before) => sum + before, 0);
      return `<rect x="${x(start)}" y="${y}" width="${round(x(start + value) - x(start))}" height="${BAR.height}" fill="${COLOURS[i]}"/>`;
    });
    const middle = y + BAR.height / 2 + 5;
    return [
      `<text x="${LEFT - 12}" y="${middle}" text-anchor="end">${escapeXml(label)}</text>`,
      ...pieces,
      `<text x="${x(sums[row]!) + 8}" y="${middle}">${sums[row]!.toFixed(1)}</text>`,
    ];
  });
  const axis = `<text class="faint" x="${RIGHT}" y="${bottom + 40}" text-anchor="end">${escapeXml(unit)}</text>`;
  return page({ title, notes }, bottom + 56, [...legend, ...columns, ...drawn, axis].join('\n'));
}
