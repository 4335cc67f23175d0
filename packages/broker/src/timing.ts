import type { BackOff } from '@attrai/contracts/back-off';

export interface Timing {
  /** A publish fails if it is not confirmed within this, in milliseconds. */
  publishMs: number;
  /** How often it is checked whether messages can be published, in milliseconds. */
  checkMs: number;
  /** A connection counts as lost after two to three times this without a sign of life, in seconds. */
  heartbeatS: number;
  /** Pauses before a lost connection or channel is opened again. */
  reopen: BackOff;
  /** Pauses before a message whose handler failed is requeued. The longest also limits `retryAfterMs`. */
  retry: BackOff;
}

export const TIMING: Timing = {
  publishMs: 10_000,
  checkMs: 10_000,
  heartbeatS: 10,
  reopen: [200, 5_000],
  retry: [1_000, 30_000],
};
