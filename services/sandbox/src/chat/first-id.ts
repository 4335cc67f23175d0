const EPOCH = Date.UTC(2025, 0, 1);

/**
 * Where numbering starts in this process: tenths of a second since 2025 (31 bits last until 2031). A bot that outlives
 * a restart of the sandbox must not take new messages and updates for old ones.
 */
export function firstId(now = Date.now()): number {
  return Math.floor((now - EPOCH) / 100);
}
