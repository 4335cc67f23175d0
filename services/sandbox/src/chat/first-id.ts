const EPOCH = Date.UTC(2025, 0, 1);

/**
 * The first id of messages and updates: tenths of a second since 2025, below 31 bits until 2031. After a restart of the
 * sandbox, ids must be new, because the bot may remember old ones.
 */
export function firstId(now = Date.now()): number {
  return Math.floor((now - EPOCH) / 100);
}
