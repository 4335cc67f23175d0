import type { Outcome } from '@attrai/contracts/result';
import { type ProcessMetrics, STAGE_BUCKETS } from '@attrai/telemetry/metrics';
import type { Times } from '@attrai/vision/vision';
import { Counter, Gauge, Histogram } from 'prom-client';

/** What the estimator counts. */
export interface EstimatorMetrics {
  /** A photo was taken in hand; call what is returned when it is out of hand, whatever became of it. */
  takenInHand(): () => void;
  /** The vision was given a photo; call what is returned when it is done with it, whatever became of it. */
  givenToVision(): () => void;
  /** The result of a photo is in its queue. `ms`: of the pipeline by stage, if it could look at the photo. */
  estimated(outcome: Outcome['kind'], ms: Times | undefined): void;
}

export const NO_METRICS: EstimatorMetrics = {
  takenInHand: () => () => {},
  givenToVision: () => () => {},
  estimated() {},
};

export function createEstimatorMetrics({ registry }: ProcessMetrics): EstimatorMetrics {
  const registers = [registry];
  const estimated = new Counter({
    name: 'attrai_photos_estimated_total',
    help: 'Photos an estimator was done with, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const stages = new Histogram({
    name: 'attrai_stage_seconds',
    help: 'Time that photos spent in a stage',
    labelNames: ['stage'],
    buckets: STAGE_BUCKETS,
    registers,
  });
  const inWork = new Gauge({
    name: 'attrai_photos_in_work',
    help: 'Photos in work: accepted and not answered yet (bot), in hand (estimator)',
    labelNames: ['service'],
    registers,
  });
  const busy = new Counter({
    name: 'attrai_busy_seconds_total',
    help: 'Time in which the vision of an estimator had a photo; with two at once it counts once',
    registers,
  });
  const ours = { service: 'estimator' };
  inWork.set(ours, 0);
  let withVision = 0;
  let countedUntil = 0;

  function countBusyTime(): void {
    const now = performance.now();
    if (withVision > 0) busy.inc((now - countedUntil) / 1000);
    countedUntil = now;
  }

  return {
    takenInHand() {
      inWork.inc(ours);
      return () => inWork.dec(ours);
    },
    givenToVision() {
      countBusyTime();
      withVision += 1;
      return () => {
        countBusyTime();
        withVision -= 1;
      };
    },
    estimated(outcome, ms) {
      estimated.inc({ outcome });
      for (const [stage, spent] of Object.entries(ms ?? {})) {
        // 0: it did not run, as scoring does not where there is no face.
        if (spent > 0) stages.observe({ stage }, spent / 1000);
      }
    },
  };
}
