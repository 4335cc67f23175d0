import type { Broker } from '@attrai/broker/broker';
import { TO_ESTIMATE } from '@attrai/contracts/queues';
import type { Logger } from '@attrai/telemetry/logger';
import type { SwarmService } from './swarm-service.ts';
import { type Bounds, createSteadyChoice, estimatorsWanted } from './wanted.ts';
import { type WorkDone, workBetween } from './work-done.ts';

export interface AutoscalerParts {
  broker: Pick<Broker, 'depth'>;
  service: SwarmService;
  readWorkDone(): Promise<WorkDone>;
  bounds: Bounds;
  /** Between two looks, in milliseconds. */
  lookMs: number;
  /** See `createSteadyChoice`. */
  calmMs: number;
  logger: Logger;
}

export interface RunningAutoscaler {
  ready(): { ok: boolean; reason?: string };
  stop(): Promise<void>;
}

/** So many looks in a row may fail before it counts as not ready. */
const MOST_FAILURES = 3;
/** Weight of the newest measurement in the running mean of a photo's seconds. */
const NEWEST = 0.3;

/** Looks at queue and estimators again and again, and scales the service to what is wanted. */
export function startAutoscaler(parts: AutoscalerParts): RunningAutoscaler {
  const { broker, service, bounds, logger } = parts;
  const choose = createSteadyChoice(parts.calmMs);
  let before: { at: number; work: WorkDone } = { at: performance.now(), work: { byAddress: new Map() } };
  let secondsPerPhoto: number | undefined;
  let failures = 0;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const [waiting, work, current] = await Promise.all([
      broker.depth(TO_ESTIMATE),
      parts.readWorkDone(),
      service.replicas(),
    ]);
    const now = performance.now();
    const done = workBetween(before.work, work);
    const busy = done.seconds / ((now - before.at) / 1000);
    before = { at: now, work };
    if (done.photos > 0) {
      const measured = done.seconds / done.photos;
      secondsPerPhoto = secondsPerPhoto === undefined ? measured : NEWEST * measured + (1 - NEWEST) * secondsPerPhoto;
    }
    if (current === undefined) return;

    const wanted = estimatorsWanted({ waiting, secondsPerPhoto, busy }, bounds);
    const chosen = Math.min(bounds.max, choose(wanted, current, now));
    logger.debug({ waiting, secondsPerPhoto, busy, current, wanted, chosen }, 'looked');
    if (chosen === current) return;
    await service.scaleTo(chosen);
    logger.info({ waiting, secondsPerPhoto, busy, from: current, to: chosen }, 'scaled');
  }

  async function lookAndTell(): Promise<void> {
    try {
      await look();
      failures = 0;
    } catch (error) {
      failures += 1;
      logger.warn({ err: error }, 'could not look or scale; trying on');
    }
  }

  const timer = setInterval(() => {
    looking ??= lookAndTell().finally(() => {
      looking = undefined;
    });
  }, parts.lookMs);

  return {
    ready: () =>
      failures < MOST_FAILURES ? { ok: true } : { ok: false, reason: 'can not look or scale; see the log' },
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
