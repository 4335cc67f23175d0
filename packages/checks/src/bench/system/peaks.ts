import type { Suite } from '../../harness/suite/suite.ts';
import type { Figures } from './figures.ts';
import { peakMemory } from './usage.ts';

const MB = 2 ** 20;

/** The most memory that the bot, and any estimator, ever had. */
export class Peaks {
  readonly #suite: Suite;
  readonly #mb = { bot: 0, estimator: 0 };

  constructor(suite: Suite) {
    this.#suite = suite;
  }

  /** Looks at what runs now, and gives the peaks so far. Look before a process ends: its peak goes with it. */
  async look(): Promise<Figures['peakMb']> {
    const { bot, estimators } = this.#suite;
    const peaks = await Promise.all(estimators.map(({ pid }) => peakMemory(pid)));
    this.#mb.bot = Math.max(this.#mb.bot, (await peakMemory(bot.pid)) / MB);
    this.#mb.estimator = Math.max(this.#mb.estimator, ...peaks.map((peak) => peak / MB));
    return { ...this.#mb };
  }
}
