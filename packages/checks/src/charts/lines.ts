import { COLOURS, escapeXml, type Heading, page, round, roundSteps } from './svg.ts';

export interface Line {
  name: string;
  remark: string;
  points: [x: number, y: number][];
}

interface LineChart extends Heading {
  lines: Line[];
  /** The axis goes from the first mark to the last one. */
  x: { marks: { at: number; label: string }[]; unit: string };
  y: { unit: string };
  /** Shades the plot from its left edge to `until`. */
  shaded?: { until: number; label: string };
}

const HEIGHT = 480;
const PLOT = { left: 64, right: 760, top: 112, bottom: 424 };
/** Least distance between the names of two lines, pixels. */
const LABEL_HEIGHT = 34;
/** Most points of a line. With all points of an hour the file would have megabytes. */
const POINTS = 300;
const HEADROOM = 1.05;

/** Draws lines with their names at their ends. Returns SVG. */
export function drawLines({ title, notes, lines, x: axis, y: { unit }, shaded }: LineChart): string {
  const [from, to] = [axis.marks[0]!.at, axis.marks.at(-1)!.at];
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, y]) => y))) * HEADROOM;
  const x = (at: number) => round(PLOT.left + ((at - from) / (to - from)) * (PLOT.right - PLOT.left));
  const y = (at: number) => round(PLOT.bottom - (at / most) * (PLOT.bottom - PLOT.top));

  const shade = shaded && [
    `<rect class="shade" x="${PLOT.left}" y="${PLOT.top}" width="${round(x(shaded.until) - PLOT.left)}" height="${PLOT.bottom - PLOT.top}"/>`,
    `<text class="faint" x="${PLOT.left + 8}" y="${PLOT.bottom - 8}">${escapeXml(shaded.label)}</text>`,
  ];
  const rows = roundSteps(most).map(
    (at) =>
      `<path class="grid" d="M${PLOT.left} ${y(at)}H${PLOT.right}"/><text class="faint" x="${PLOT.left - 8}" y="${y(at) + 5}" text-anchor="end">${at}</text>`,
  );
  const columns = axis.marks.map(
    ({ at, label }) =>
      `<text class="faint" x="${x(at)}" y="${PLOT.bottom + 22}" text-anchor="middle">${escapeXml(label)}</text>`,
  );
  const units = [
    `<text class="faint" x="24" y="${PLOT.top - 12}">${escapeXml(unit)}</text>`,
    `<text class="faint" x="${PLOT.right}" y="${PLOT.bottom + 42}" text-anchor="end">${escapeXml(axis.unit)}</text>`,
  ];
  const drawn = lines.map(
    ({ points }, i) =>
      `<polyline points="${thinned(points)
        .map(([px, py]) => `${x(px)},${y(py)}`)
        .join(' ')}" fill="none" stroke="${colour(i)}" stroke-width="2" stroke-linejoin="round"/>`,
  );
  return page(
    { title, notes },
    HEIGHT,
    [...(shade ?? []), ...rows, ...columns, ...units, ...drawn, ...labels(lines, y)].join('\n'),
  );
}

function thinned(points: Line['points']): Line['points'] {
  const every = Math.ceil(points.length / POINTS);
  return points.filter((_, i) => i % every === 0);
}

/** Each name is at the end of its line, or lower if another name is there. */
function labels(lines: Line[], y: (at: number) => number): string[] {
  const wanted = lines
    .map((line, i) => ({ ...line, stroke: colour(i), at: y(line.points.at(-1)?.[1] ?? 0) }))
    .sort((a, b) => b.at - a.at);
  let below = PLOT.bottom + LABEL_HEIGHT;
  const left = PLOT.right + 12;
  return wanted.map(({ name, remark, stroke, at }) => {
    below = Math.min(at, below - LABEL_HEIGHT);
    return [
      `<path d="M${left} ${round(below - 5)}h14" stroke="${stroke}" stroke-width="4"/>`,
      `<text x="${left + 20}" y="${round(below)}" font-weight="600">${escapeXml(name)}<tspan x="${left}" dy="16" font-weight="400">${escapeXml(remark)}</tspan></text>`,
    ].join('');
  });
}

function colour(i: number): string {
  return COLOURS[i % COLOURS.length]!;
}
