import type { Memory, Sample } from './watch-memory.ts';

/** The memory growth of one process after the warm-up. */
export interface Growth {
  name: string;
  /** Bytes: medians of the first and last tenth of the time after the warm-up; undefined if it didn't run then. */
  from: number | undefined;
  to: number | undefined;
  /** 0.1 is a tenth more; Infinity if unknown. */
  growth: number;
  /** It keeps the messages that it gets, so it may grow. */
  keeps: boolean;
  ok: boolean;
}

/** Share of the run in which caches and pools fill and V8 optimizes code. */
export const WARM_UP = 0.2;
export const MOST_GROWTH = 0.1;
const TENTH = 0.1;
/** The sandbox keeps the last 50,000 messages (services/sandbox/src/chat/chats.ts). */
const KEEPER = 'sandbox';

/** Judges each process by medians, because garbage collection moves memory up and down. */
export function judge(memory: Memory, lengthMs: number): Growth[] {
  const warmMs = lengthMs * WARM_UP;
  const tenthMs = (lengthMs - warmMs) * TENTH;
  return [...memory].map(([name, samples]) => {
    const from = medianBetween(samples, warmMs, warmMs + tenthMs);
    const to = medianBetween(samples, lengthMs - tenthMs, lengthMs);
    const growth = from === undefined || to === undefined ? Number.POSITIVE_INFINITY : to / from - 1;
    const keeps = name === KEEPER;
    return { name, from, to, growth, keeps, ok: growth < (keeps ? Number.POSITIVE_INFINITY : MOST_GROWTH) };
  });
}

function medianBetween(samples: Sample[], fromMs: number, toMs: number): number | undefined {
  const sorted = samples
    .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
    .map(({ rss }) => rss)
    .sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
