import type { Outcome } from '@attrai/contracts/result';
import { type ProcessMetrics, STAGE_BUCKETS } from '@attrai/telemetry/metrics';
import type { Estimate } from '@attrai/vision/vision';
import { Counter, Gauge, Histogram } from 'prom-client';

/** Milliseconds by stage, by the clock and of CPU. */
export type PipelineTimes = Pick<Estimate, 'ms' | 'cpuMs'>;

/** What the estimator counts. */
export interface EstimatorMetrics {
  /** A photo was taken in hand; call what is returned when it is out of hand, whatever became of it. */
  takenInHand(): () => void;
  /** The result of a photo is in its queue. `times`: of the pipeline, if it could look at the photo. */
  estimated(outcome: Outcome['kind'], times: PipelineTimes | undefined): void;
}

export const NO_METRICS: EstimatorMetrics = { takenInHand: () => () => {}, estimated() {} };

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
  const pipelineCpu = new Counter({
    name: 'attrai_pipeline_cpu_seconds_total',
    // The result of the photo before may still be on its way then: of 2.5 ms of messaging a photo, 0.5 ms are in here.
    help: 'CPU time spent while the pipeline looked at photos; what process_cpu_seconds_total has beyond is messaging, most of it',
    registers,
  });
  const inWork = new Gauge({
    name: 'attrai_photos_in_work',
    help: 'Photos in work: accepted and not answered yet (bot), in hand (estimator)',
    labelNames: ['service'],
    registers,
  });
  const ours = { service: 'estimator' };
  inWork.set(ours, 0);

  return {
    takenInHand() {
      inWork.inc(ours);
      return () => inWork.dec(ours);
    },
    estimated(outcome, times) {
      estimated.inc({ outcome });
      if (times === undefined) return;
      for (const [stage, ms] of Object.entries(times.ms)) stages.observe({ stage }, ms / 1000);
      pipelineCpu.inc(times.cpuMs.total / 1000);
    },
  };
}
