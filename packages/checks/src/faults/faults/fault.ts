import type { Tally } from '../../harness/answers/tally.ts';
import type { Crowd } from '../../harness/load/crowd.ts';
import type { Suite } from '../../harness/suite/suite.ts';

export interface Stage {
  suite: Suite;
  crowd: Crowd;
  /** How long an outage lasts, ms. */
  outageMs: number;
  /** Number of photos sent and not answered. */
  inWork(): Promise<number>;
}

export interface Fault {
  name: string;
  /** Before the first photo is sent. */
  prepare?(suite: Suite): Promise<void>;
  /** Waits for the time to strike. Resolves to the number of photos in work then. Default: `inFullWork`. */
  moment?(stage: Stage): Promise<number>;
  strike?(stage: Stage): Promise<void>;
  /** Returns further problems, in words. */
  check?(stage: Stage, tally: Tally): Promise<string[]>;
  restore?(suite: Suite): Promise<void>;
  /** Chats in which the bot can't write. */
  unreachable?(crowd: Crowd): readonly number[];
  /** A reason why this machine can't do it. */
  cannot?(): Promise<string | undefined>;
}
