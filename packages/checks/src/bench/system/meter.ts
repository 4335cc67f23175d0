import type { Suite } from '../../harness/suite/suite.ts';
import { type Cpu, cpuBetween, cpuOf, cpuOfMainThreads } from './usage.ts';

type Metered = 'pipeline' | 'messaging' | 'bot' | 'rabbitmq' | 'redis' | 'sandbox';

/**
 * CPU milliseconds since the start of the meter. `messaging` are the main threads of the estimators, `pipeline` all their
 * other threads: vision, decoding, and a little reading and writing of files.
 */
type Meter = () => Promise<Cpu<Metered>>;

export async function startMeter(suite: Suite): Promise<Meter> {
  const before = await look(suite);
  return async () => cpuBetween(before, await look(suite));
}

async function look({ bot, estimators, sandboxProcess, rabbitmq, redis }: Suite): Promise<Cpu<Metered>> {
  const running = estimators.filter((estimator) => estimator.running).map(({ pid }) => pid);
  const messaging = await cpuOfMainThreads(running);
  const { estimating, ...others } = await cpuOf({
    estimating: running,
    bot: [bot.pid],
    rabbitmq: [await rabbitmq.pid()],
    redis: [await redis.pid()],
    sandbox: [sandboxProcess.pid],
  });
  return { pipeline: estimating - messaging, messaging, ...others };
}
