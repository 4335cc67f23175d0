import type { Answered, BotMetrics, BotStage } from './metrics.ts';

/** Passes on what the bot counts, and keeps how photos were answered since its start. */
export class Tally implements BotMetrics {
  readonly answers = new Map<Answered, number>();
  readonly #startedAt = performance.now();
  readonly #metrics: BotMetrics;

  constructor(metrics: BotMetrics) {
    this.#metrics = metrics;
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  accepted(): void {
    this.#metrics.accepted();
  }

  answered(outcome: Answered): void {
    this.answers.set(outcome, (this.answers.get(outcome) ?? 0) + 1);
    this.#metrics.answered(outcome);
  }

  took(stage: BotStage, ms: number): void {
    this.#metrics.took(stage, ms);
  }

  telegramIsBack(): void {
    this.#metrics.telegramIsBack();
  }
}
