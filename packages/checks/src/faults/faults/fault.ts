import type { Tally } from '../../harness/answers/tally.ts';
import type { Crowd } from '../../harness/load/crowd.ts';
import type { Suite } from '../../harness/suite/suite.ts';

/** Parameters of a fault. */
export interface Stage {
  suite: Suite;
  crowd: Crowd;
  /** How long an outage lasts, ms. */
  outageMs: number;
  /** Photos sent and not answered yet. */
  inWork(): Promise<number>;
}

/** One kind of failure. */
export interface Fault {
  name: string;
  /** Before the first photo is sent. */
  prepare?(suite: Suite): Promise<void>;
  /** Waits for the moment to strike. Resolves to how many photos are in work then. Default: `inFullWork`. */
  moment?(stage: Stage): Promise<number>;
  /** Breaks something, and repairs it. */
  strike?(stage: Stage): Promise<void>;
  /** In the end: what else should have happened and didn't. */
  check?(stage: Stage, tally: Tally): Promise<string[]>;
  /** Undoes `prepare`. */
  restore?(suite: Suite): Promise<void>;
  /** Users who can't be told anything. */
  unreachable?(crowd: Crowd): readonly number[];
  /** Why it can't be done on this machine, if so. */
  cannot?(): Promise<string | undefined>;
}
