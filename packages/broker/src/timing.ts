import type { BackOff } from '@attrai/contracts/back-off';

export interface Timing {
  /** A publish not confirmed within this fails, in milliseconds. */
  publishMs: number;
  /** A connection that is silent for two to three times this is taken for lost, in seconds. */
  heartbeatS: number;
  /** Before a lost connection or channel is opened again. */
  reopen: BackOff;
  /** Before a message whose handling failed goes back into its queue. The longest also bounds `retryAfterMs`. */
  retry: BackOff;
}

export const TIMING: Timing = {
  publishMs: 10_000,
  heartbeatS: 10,
  reopen: [200, 5_000],
  retry: [1_000, 30_000],
};
