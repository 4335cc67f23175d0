import { drawLines } from '../charts/lines.ts';
import type { Heading } from '../charts/svg.ts';
import { type Growth, WARM_UP } from './judge.ts';
import type { Memory } from './watch-memory.ts';

interface Picture extends Heading {
  memory: Memory;
  growths: Growth[];
  lengthMs: number;
}

const MB = 1_000_000;
const MINUTE_MS = 60_000;
const MARKS = 6;

export function draw({ title, notes, memory, growths, lengthMs }: Picture): string {
  const marks = Array.from({ length: MARKS }, (_, i) => {
    const at = (i * lengthMs) / (MARKS - 1);
    return { at, label: `${Math.round((10 * at) / MINUTE_MS) / 10}` };
  });
  return drawLines({
    title,
    notes,
    lines: growths.map((growth) => ({
      name: growth.name,
      remark: describeGrowth(growth),
      points: (memory.get(growth.name) ?? []).map(({ atMs, rss }) => [atMs, rss / MB]),
    })),
    x: { marks, unit: 'minutes' },
    y: { unit: 'MB' },
    shaded: { until: lengthMs * WARM_UP, label: 'warm-up' },
  });
}

export function describeGrowth({ from, to, growth, keeps, ok }: Growth): string {
  if (from === undefined || to === undefined) return 'did not run through';
  const sizes = `${Math.round(from / MB)} → ${Math.round(to / MB)} MB`;
  if (keeps) return `${sizes}: its chats`;
  const percent = `${growth < 0 ? '−' : '+'}${Math.abs(growth * 100).toFixed(1)} %`;
  return `${sizes}, ${percent}${ok ? '' : ': too much'}`;
}
