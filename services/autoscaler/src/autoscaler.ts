import type { Broker } from '@attrai/broker/broker';
import { TO_ESTIMATE } from '@attrai/contracts/queues';
import { Repeated } from '@attrai/contracts/repeated';
import type { Logger } from '@attrai/telemetry/logger';
import type { SwarmService } from './swarm-service.ts';
import { type Bounds, estimatorsWanted, SteadyChoice } from './wanted.ts';
import { type WorkDone, workBetween } from './work-done.ts';

interface AutoscalerParts {
  broker: Pick<Broker, 'depth'>;
  service: SwarmService;
  readWorkDone(): Promise<WorkDone>;
  bounds: Bounds;
  lookMs: number;
  calmMs: number;
  logger: Logger;
}

/** After so many failed looks in a row, the autoscaler is not ready. */
const MOST_FAILURES = 3;
/** Weight of the newest measurement in the running mean of seconds a photo. */
const NEWEST = 0.3;

/** Looks at queue and estimators at regular intervals, and scales the service. */
export class Autoscaler {
  #parts: AutoscalerParts;
  #choice: SteadyChoice;
  #before: { at: number; work: WorkDone } = { at: performance.now(), work: { byAddress: new Map() } };
  #secondsPerPhoto: number | undefined;
  #failures = 0;
  #looking: Repeated;

  constructor(parts: AutoscalerParts) {
    this.#parts = parts;
    this.#choice = new SteadyChoice(parts.calmMs);
    this.#looking = new Repeated(parts.lookMs, () => this.#look());
  }

  ready(): { ok: boolean; reason?: string } {
    return this.#failures < MOST_FAILURES ? { ok: true } : { ok: false, reason: 'cannot look or scale; see the log' };
  }

  stop(): Promise<void> {
    return this.#looking.stop();
  }

  async #look(): Promise<void> {
    try {
      await this.#scale();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#parts.logger.warn({ err: error }, 'could not look or scale; trying again at the next look');
    }
  }

  async #scale(): Promise<void> {
    const { broker, service, readWorkDone, bounds, logger } = this.#parts;
    const [waiting, work, current] = await Promise.all([broker.depth(TO_ESTIMATE), readWorkDone(), service.replicas()]);
    const now = performance.now();
    const busy = this.#measure(work, now);
    if (current === undefined) return;

    const secondsPerPhoto = this.#secondsPerPhoto;
    const wanted = estimatorsWanted({ waiting, secondsPerPhoto, busy }, bounds);
    const chosen = Math.min(bounds.max, this.#choice.choose(wanted, current, now));
    logger.debug({ waiting, secondsPerPhoto, busy, current, wanted, chosen }, 'looked');
    if (chosen === current) return;
    await service.scaleTo(chosen);
    logger.info({ waiting, secondsPerPhoto, busy, from: current, to: chosen }, 'scaled');
  }

  /** Returns how many estimators were busy since the last look, on average. */
  #measure(work: WorkDone, now: number): number {
    const { photos, seconds } = workBetween(this.#before.work, work);
    const busy = seconds / ((now - this.#before.at) / 1000);
    this.#before = { at: now, work };
    if (photos > 0) {
      const mean = this.#secondsPerPhoto ?? seconds / photos;
      this.#secondsPerPhoto = (NEWEST * seconds) / photos + (1 - NEWEST) * mean;
    }
    return busy;
  }
}
