import type { Suite } from '../../faults/suite/suite.ts';
import { type Cpu, cpuBetween, cpuOf } from './usage.ts';

export const METERED = ['bot', 'estimators', 'pipeline', 'rabbitmq', 'redis', 'sandbox'] as const;
export type Metered = (typeof METERED)[number];

/** CPU milliseconds since the meter was started; `pipeline` is a part of `estimators`. */
export type Meter = () => Promise<Cpu<Metered>>;

export async function startMeter(suite: Suite): Promise<Meter> {
  const before = await look(suite);
  return async () => cpuBetween(before, await look(suite));
}

async function look({ bot, estimators, sandboxProcess, rabbitmq, redis }: Suite): Promise<Cpu<Metered>> {
  const running = estimators.filter((estimator) => estimator.running);
  const pipeline = running.map((estimator) => estimator.counter('attrai_pipeline_cpu_seconds_total'));
  const seconds = (await Promise.all(pipeline)).reduce((sum, part) => sum + part, 0);
  const cpu = await cpuOf({
    bot: [bot.pid],
    estimators: running.map(({ pid }) => pid),
    rabbitmq: [await rabbitmq.pid()],
    redis: [await redis.pid()],
    sandbox: [sandboxProcess.pid],
  });
  return { ...cpu, pipeline: seconds * 1000 };
}
