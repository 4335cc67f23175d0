import type { Broker, Consumer, Delivery } from '@attrai/broker/broker';
import { consumeChecked, publishChecked } from '@attrai/broker/typed-queue';
import { AFTER_ESTIMATE, TO_ESTIMATE } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import { estimateResult } from '@attrai/contracts/result';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import { estimatePhoto, type PhotoParts } from './estimate-photo.ts';
import { type EstimatorMetrics, NO_METRICS } from './metrics.ts';
import { Outages } from './outages.ts';
import type { WatchedVision } from './watched-vision.ts';

export interface EstimatorParts {
  broker: Broker;
  photoStore: PhotoStore;
  vision: WatchedVision;
  logger: Logger;
  metrics?: EstimatorMetrics;
}

/** Resolves when the estimator consumes `to_estimate`. The parts are the caller's to close. */
export async function startEstimator(parts: EstimatorParts): Promise<Estimator> {
  const estimator = new Estimator(parts);
  await estimator.start();
  return estimator;
}

/**
 * Turns messages of `to_estimate` into messages of `after_estimate`, one photo at a time with overlap: when a photo is decoded,
 * the next one is fetched and decoded beside it, and estimated while the result of the first is published.
 */
export class Estimator {
  #parts: Required<EstimatorParts>;
  #stopping = new AbortController();
  #outages: Outages;
  #consumer: Consumer | undefined;

  constructor(parts: EstimatorParts) {
    this.#parts = { metrics: NO_METRICS, ...parts };
    this.#outages = new Outages(parts.logger, this.#stopping.signal);
  }

  async start(): Promise<void> {
    const { broker, logger } = this.#parts;
    this.#consumer = await consumeChecked(
      broker,
      { queue: TO_ESTIMATE, schema: estimateRequest, prefetch: 1 },
      (...message) => this.#take(...message),
    );
    logger.info('ready for photos');
  }

  /** Ready while photos can arrive and none waits for the end of an outage. */
  ready(): { ok: boolean; reason?: string } {
    if (!this.#consumer?.attached) return { ok: false, reason: 'not consuming to_estimate' };
    const { waitingFor } = this.#outages;
    return waitingFor === undefined ? { ok: true } : { ok: false, reason: `a photo waits: ${waitingFor}` };
  }

  /** Takes no further photo and finishes those in flight. One that waits for the end of an outage is requeued. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#consumer?.stop();
  }

  async #take(request: EstimateRequest, delivery: Delivery, readyForNext: () => void): Promise<void> {
    const { metrics, logger } = this.#parts;
    const done = metrics.photoTaken();
    try {
      await this.#estimate(request, delivery, readyForNext);
    } catch (error) {
      logger.warn({ requestId: request.id, attempt: delivery.attempt, err: error }, 'could not estimate a photo');
      throw error;
    } finally {
      done();
    }
  }

  /**
   * The order of the steps keeps photos safe: the original is deleted only when the result is confirmed to be in its queue, and
   * the message is acknowledged only after that. A process that dies in between costs a repetition, never a photo. With its
   * original still there, the repetition comes to the same result, which the bot ignores. Without it there is nothing left to do.
   *
   * If publishing fails, the picture stays: the result may have been published with only the confirmation lost. The next
   * attempt replaces it, and whoever handles the dead letter finds it by its key.
   */
  async #estimate(request: EstimateRequest, delivery: Delivery, readyForNext: () => void): Promise<void> {
    const { broker, photoStore, logger, metrics } = this.#parts;
    const { id, replyTo, acceptedAt, deadline } = request;
    const { attempt, attachment } = delivery;
    const log = logger.child({ requestId: id, attempt });
    const started = performance.now();

    const estimated = await estimatePhoto(request, attachment, this.#partsFor(readyForNext));
    const { outcome, picture, ms, problem } = estimated;
    if (outcome.kind === 'photo_missing' && attempt > 1) {
      log.info('a repetition whose original is gone: its result is in the queue');
      return;
    }
    if (problem) log.error({ err: problem }, 'a photo could not be estimated, through no fault of the photo');
    const workMs = Math.round(performance.now() - started);
    const result = { v: 1 as const, id, replyTo, acceptedAt, deadline, outcome, workMs };
    await this.#outages.rideOut(request, () =>
      publishChecked(broker, {
        queue: AFTER_ESTIMATE,
        schema: estimateResult,
        value: result,
        attachment: picture?.attachment,
      }),
    );
    await this.#outages.rideOut(request, () => photoStore.delete(request.photo));

    metrics.estimated(outcome.kind, ms);
    const faces = outcome.kind === 'scored' ? outcome.faces.length : 0;
    log.info({ outcome: outcome.kind, faces, workMs, ageMs: Date.now() - acceptedAt, ms }, 'estimated');
  }

  #partsFor(onDecoded: () => void): PhotoParts {
    const { photoStore, vision, metrics } = this.#parts;
    const estimate: WatchedVision['estimate'] = async (...photo) => {
      const done = metrics.visionBusy();
      return await vision.estimate(...photo).finally(done);
    };
    return { photoStore, vision: { estimate }, outages: this.#outages, onDecoded };
  }
}
