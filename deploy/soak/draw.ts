import { type Growth, WARM_UP } from './judge.ts';
import type { Memory, Sample } from './watch-memory.ts';

export interface Picture {
  /** Says what the picture shows. */
  title: string;
  /** Two lines at most. */
  notes: string[];
  memory: Memory;
  growths: Growth[];
  lengthMs: number;
}

const WIDTH = 960;
const HEIGHT = 480;
const PLOT = { left: 64, right: 760, top: 112, bottom: 424 };
/** Told apart without colour vision, too (Okabe and Ito, 2008); the lines are named besides. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];
const MB = 1_000_000;
const GRID_MB = [10, 25, 50, 100, 250, 500, 1_000];
const MOST_GRID_LINES = 7;
/** Between the names of two lines that end close together. */
const LABEL_HEIGHT = 34;
/** Enough for the eye; a line of an hour would be a file of megabytes otherwise. */
const POINTS = 300;

/** Memory by process as lines over time, as an SVG that stands by itself. */
export function draw({ title, notes, memory, growths, lengthMs }: Picture): string {
  const lines = [...memory.values()];
  const mostMb = Math.max(1, ...lines.flat().map(({ rss }) => rss / MB)) * 1.05;
  const x = (ms: number) => round(PLOT.left + (ms / lengthMs) * (PLOT.right - PLOT.left));
  const y = (mb: number) => round(PLOT.bottom - (mb / mostMb) * (PLOT.bottom - PLOT.top));

  const colourOf = (name: string) => COLOURS[growths.findIndex((growth) => growth.name === name) % COLOURS.length]!;
  const gridMb = GRID_MB.find((step) => mostMb / step <= MOST_GRID_LINES) ?? GRID_MB.at(-1)!;
  const rows = Array.from({ length: Math.floor(mostMb / gridMb) + 1 }, (_, i) => i * gridMb);
  const stepMs = lengthMs / 5;
  const columns = Array.from({ length: 6 }, (_, i) => i * stepMs);
  const minutes = (ms: number) => `${round(ms / 60_000)}`;

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="14" fill="#333">
<title>${escapeXml(title)}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="24" y="36" font-size="20" font-weight="600">${escapeXml(title)}</text>
${notes.map((note, i) => `<text x="24" y="${58 + i * 18}" font-size="12" fill="#666">${escapeXml(note)}</text>`).join('\n')}
<rect x="${PLOT.left}" y="${PLOT.top}" width="${round(x(lengthMs * WARM_UP) - PLOT.left)}" height="${PLOT.bottom - PLOT.top}" fill="#f0f0f0"/>
<text x="${PLOT.left + 8}" y="${PLOT.top + 18}" fill="#777">warm-up</text>
${rows.map((mb) => `<path d="M${PLOT.left} ${y(mb)}H${PLOT.right}" stroke="#ddd"/><text x="${PLOT.left - 8}" y="${y(mb) + 5}" text-anchor="end" fill="#666">${mb}</text>`).join('\n')}
${columns.map((ms) => `<text x="${x(ms)}" y="${PLOT.bottom + 22}" text-anchor="middle" fill="#666">${minutes(ms)}</text>`).join('\n')}
<text x="${PLOT.left - 8}" y="${PLOT.top - 8}" text-anchor="end" fill="#666">MB</text>
<text x="${PLOT.right}" y="${PLOT.bottom + 42}" text-anchor="end" fill="#666">minutes</text>
${[...memory].map(([name, samples]) => `<polyline points="${pointsOf(samples, x, y)}" fill="none" stroke="${colourOf(name)}" stroke-width="2" stroke-linejoin="round"/>`).join('\n')}
${labels(growths, memory, y, colourOf)}
</svg>
`;
}

function pointsOf(samples: Sample[], x: (ms: number) => number, y: (mb: number) => number): string {
  const every = Math.ceil(samples.length / POINTS);
  return samples
    .filter((_, i) => i % every === 0)
    .map(({ atMs, rss }) => `${x(atMs)},${y(rss / MB)}`)
    .join(' ');
}

/** Each at the end of its line, unless others are in the way. */
function labels(
  growths: Growth[],
  memory: Memory,
  y: (mb: number) => number,
  colourOf: (name: string) => string,
): string {
  const wanted = growths
    .map((growth) => ({ growth, at: y((memory.get(growth.name)?.at(-1)?.rss ?? 0) / MB) }))
    .sort((a, b) => b.at - a.at);
  let below = PLOT.bottom + LABEL_HEIGHT;
  return wanted
    .map(({ growth, at }) => {
      below = Math.min(at, below - LABEL_HEIGHT);
      return `<text x="${PLOT.right + 12}" y="${round(below)}" fill="${colourOf(growth.name)}" font-weight="600">${escapeXml(growth.name)}<tspan x="${PLOT.right + 12}" dy="16" font-weight="400" fill="#333">${describeGrowth(growth)}</tspan></text>`;
    })
    .join('\n');
}

export function describeGrowth({ from, to, growth, ok }: Growth): string {
  if (from === undefined || to === undefined) return 'did not run through';
  const percent = `${growth < 0 ? '−' : '+'}${Math.abs(growth * 100).toFixed(1)} %`;
  return `${Math.round(from / MB)} → ${Math.round(to / MB)} MB, ${percent}${ok ? '' : ': too much'}`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
