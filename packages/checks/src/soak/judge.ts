import type { Memory, Sample } from './watch-memory.ts';

/** The memory growth of one process after the warm-up. */
export interface Growth {
  name: string;
  /** Medians of the first and of the last tenth of the time after the warm-up, bytes; undefined if it didn't run then. */
  from: number | undefined;
  to: number | undefined;
  /** 0.1 is a tenth more; Infinity if it isn't known. */
  growth: number;
  /** It keeps what it is sent, up to a limit of its own: its growth is no fault. */
  keeps: boolean;
  ok: boolean;
}

/** The share of the run in which caches and pools fill up and V8 optimizes code. */
export const WARM_UP = 0.2;
export const MOST_GROWTH = 0.1;
const TENTH = 0.1;
/** The stand-in for Telegram. It remembers the last 50,000 messages of its chats (services/sandbox/src/chat/chats.ts). */
const KEEPER = 'sandbox';

/** Judges each process. Uses medians of many samples, since memory goes up and down as garbage is collected. */
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
