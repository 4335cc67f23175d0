import type { Suite } from '../../harness/suite/suite.ts';
import type { Figures } from './figures.ts';
import { peakMemory } from './usage.ts';

const MB = 2 ** 20;

/** Peak memory of the bot, and the highest of all estimators. */
export class Peaks {
  readonly #suite: Suite;
  readonly #mb = { bot: 0, estimator: 0 };

  constructor(suite: Suite) {
    this.#suite = suite;
  }

  /** Reads and returns the peaks so far. Call it before a process ends, when its peak is lost. */
  async look(): Promise<Figures['peakMb']> {
    const { bot, estimators } = this.#suite;
    const peaks = await Promise.all(estimators.map(({ pid }) => peakMemory(pid)));
    this.#mb.bot = Math.max(this.#mb.bot, (await peakMemory(bot.pid)) / MB);
    this.#mb.estimator = Math.max(this.#mb.estimator, ...peaks.map((peak) => peak / MB));
    return { ...this.#mb };
  }
}
