import type { Tally } from '../../harness/answers/tally.ts';
import type { Crowd } from '../../harness/load/crowd.ts';
import type { Suite } from '../../harness/suite/suite.ts';

/** What a fault works with. */
export interface Stage {
  suite: Suite;
  crowd: Crowd;
  /** How long an outage lasts, ms. */
  outageMs: number;
  /** Photos sent and not answered yet. */
  inWork(): Promise<number>;
}

/** One way in which something breaks. */
export interface Fault {
  name: string;
  /** Before the first photo is sent. */
  prepare?(suite: Suite): Promise<void>;
  /** Brings about the moment for `strike`. Resolves to how many photos are in work then; `inFullWork` if there is none. */
  moment?(stage: Stage): Promise<number>;
  /** Breaks something, and puts it right again. */
  strike?(stage: Stage): Promise<void>;
  /** When all is quiet: what else should have happened and didn't. */
  check?(stage: Stage, tally: Tally): Promise<string[]>;
  /** Undoes `prepare`. */
  restore?(suite: Suite): Promise<void>;
  /** Users who can't be told anything. */
  unreachable?(crowd: Crowd): readonly number[];
  /** Why it can't be done on this machine, if so. */
  cannot?(): Promise<string | undefined>;
}
