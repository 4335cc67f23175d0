import type { Answered, BotMetrics } from './metrics.ts';

/** How photos were answered since the bot's start. */
export class Tally {
  readonly answers = new Map<Answered, number>();
  readonly #startedAt = performance.now();

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** Metrics that count here too. */
  countedBy(metrics: BotMetrics): BotMetrics {
    const answered = (outcome: Answered) => {
      this.answers.set(outcome, (this.answers.get(outcome) ?? 0) + 1);
      metrics.answered(outcome);
    };
    return { ...metrics, answered };
  }
}
