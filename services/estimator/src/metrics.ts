import type { Outcome } from '@attrai/contracts/result';
import { type ProcessMetrics, STAGE_BUCKETS } from '@attrai/telemetry/metrics';
import type { Times } from '@attrai/vision/vision';
import { Counter, Gauge, Histogram } from 'prom-client';

/** What the estimator counts. */
export interface EstimatorMetrics {
  /** A message was delivered. Returns what to call when it is settled, whatever became of it. */
  photoTaken(): () => void;
  /** The vision was given a photo. Returns what to call when it is done, whatever became of it. */
  visionBusy(): () => void;
  /** The result of a photo is in its queue. `ms`: of the pipeline by stage, if the photo could be decoded. */
  estimated(outcome: Outcome['kind'], ms: Times | undefined): void;
}

const OURS = { service: 'estimator' };

export const NO_METRICS: EstimatorMetrics = {
  photoTaken: () => () => {},
  visionBusy: () => () => {},
  estimated() {},
};

/** Counts for Prometheus. */
export class EstimatorCounters implements EstimatorMetrics {
  #estimated: Counter<'outcome'>;
  #stages: Histogram<'stage'>;
  #inWork: Gauge<'service'>;
  #busy: Counter;
  /** Photos that the vision has now, and until when (ms of performance.now()) its busy time is counted. */
  #withVision = 0;
  #countedUntil = 0;

  constructor({ registry }: ProcessMetrics) {
    const registers = [registry];
    this.#estimated = new Counter({
      name: 'attrai_photos_estimated_total',
      help: 'Photos an estimator was done with, by what became of them',
      labelNames: ['outcome'],
      registers,
    });
    this.#stages = new Histogram({
      name: 'attrai_stage_seconds',
      help: 'Time that photos spent in a stage',
      labelNames: ['stage'],
      buckets: STAGE_BUCKETS,
      registers,
    });
    this.#inWork = new Gauge({
      name: 'attrai_photos_in_work',
      help: 'Photos in work: accepted and not answered yet (bot), in hand (estimator)',
      labelNames: ['service'],
      registers,
    });
    this.#busy = new Counter({
      name: 'attrai_busy_seconds_total',
      help: 'Time in which the vision of an estimator had a photo; with two at once it counts once',
      registers,
    });
    this.#inWork.set(OURS, 0);
  }

  photoTaken(): () => void {
    this.#inWork.inc(OURS);
    return () => this.#inWork.dec(OURS);
  }

  visionBusy(): () => void {
    this.#countBusyTime();
    this.#withVision += 1;
    return () => {
      this.#countBusyTime();
      this.#withVision -= 1;
    };
  }

  estimated(outcome: Outcome['kind'], ms: Times | undefined): void {
    this.#estimated.inc({ outcome });
    for (const [stage, spent] of Object.entries(ms ?? {})) {
      // 0: it did not run, as scoring does not where there is no face.
      if (spent > 0) this.#stages.observe({ stage }, spent / 1000);
    }
  }

  #countBusyTime(): void {
    const now = performance.now();
    if (this.#withVision > 0) this.#busy.inc((now - this.#countedUntil) / 1000);
    this.#countedUntil = now;
  }
}
