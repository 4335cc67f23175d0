import type { Broker, Delivery } from '@attrai/broker/broker';
import { consumeChecked, publishChecked } from '@attrai/broker/typed-queue';
import { AFTER_ESTIMATE, TO_ESTIMATE } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import { estimateResult } from '@attrai/contracts/result';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import { estimatePhoto, type PhotoParts } from './estimate-photo.ts';
import { type EstimatorMetrics, NO_METRICS } from './metrics.ts';
import { createOutages } from './outages.ts';
import type { WatchedVision } from './watched-vision.ts';

export interface EstimatorParts {
  broker: Broker;
  photoStore: PhotoStore;
  vision: WatchedVision;
  logger: Logger;
  metrics?: EstimatorMetrics;
}

export interface RunningEstimator {
  /** Ready only while photos can arrive, and while those that did aren't kept waiting by an outage. */
  ready(): { ok: boolean; reason?: string };
  /** Takes no further photo and finishes the one in hand; one that waits for the end of an outage is handed back. The parts stay open: they are the caller's. */
  stop(): Promise<void>;
}

/**
 * Turns messages of `to_estimate` into messages of `after_estimate`. It looks at one photo at a time; when one is decoded, the
 * next is fetched, decoded while the one is looked at, and looked at while the result of the one goes its way.
 */
export async function startEstimator({
  broker,
  photoStore,
  vision,
  logger,
  metrics = NO_METRICS,
}: EstimatorParts): Promise<RunningEstimator> {
  const stopping = new AbortController();
  const outages = createOutages(logger, stopping.signal);
  const countedVision: PhotoParts['vision'] = {
    async estimate(...photo) {
      const done = metrics.givenToVision();
      return await vision.estimate(...photo).finally(done);
    },
  };

  /**
   * The order is what keeps photos safe: the original goes only when the result is known to be in the queue, and the
   * message only after that. Dying in between costs a repetition, never a photo: with its original still there it comes to
   * the same result, which the bot ignores, and without it there is nothing left to do.
   *
   * A picture whose publishing failed stays: it may have been published all the same, with only the confirmation
   * lost. The next attempt replaces it, and whoever handles the dead letter finds it by its key.
   */
  async function work(
    request: EstimateRequest,
    { attempt, attachment }: Delivery,
    readyForNext: () => void,
  ): Promise<void> {
    const log = logger.child({ requestId: request.id, attempt });
    const started = performance.now();
    const { id, replyTo, acceptedAt, deadline } = request;

    const { outcome, picture, ms, problem } = await estimatePhoto(request, attachment, {
      photoStore,
      vision: countedVision,
      outages,
      onDecoded: readyForNext,
    });
    if (outcome.kind === 'photo_missing' && attempt > 1) {
      log.info('a repetition: the original is gone, so its result is in the queue');
      return;
    }
    if (problem) log.error({ err: problem }, 'a photo could not be estimated, by no fault of its own');
    const workMs = Math.round(performance.now() - started);
    const result = { v: 1 as const, id, replyTo, acceptedAt, deadline, outcome, workMs };
    await outages.rideOut(request, () =>
      publishChecked(broker, AFTER_ESTIMATE, estimateResult, result, { attachment: picture?.attachment }),
    );
    await outages.rideOut(request, () => photoStore.delete(request.photo));

    metrics.estimated(outcome.kind, ms);
    const faces = outcome.kind === 'scored' ? outcome.faces.length : 0;
    log.info({ outcome: outcome.kind, faces, workMs, ageMs: Date.now() - acceptedAt, ms }, 'estimated');
  }

  async function countedWork(request: EstimateRequest, delivery: Delivery, readyForNext: () => void): Promise<void> {
    const outOfHand = metrics.takenInHand();
    try {
      await work(request, delivery, readyForNext);
    } catch (error) {
      logger.warn({ requestId: request.id, attempt: delivery.attempt, err: error }, 'could not estimate a photo');
      throw error;
    } finally {
      outOfHand();
    }
  }

  const consumer = await consumeChecked(broker, TO_ESTIMATE, estimateRequest, 1, countedWork);
  logger.info('ready for photos');

  return {
    ready() {
      if (!consumer.attached) return { ok: false, reason: 'not consuming: no connection to RabbitMQ' };
      const { waitingFor } = outages;
      return waitingFor === undefined ? { ok: true } : { ok: false, reason: `a photo waits: ${waitingFor}` };
    },
    async stop() {
      stopping.abort();
      await consumer.stop();
    },
  };
}
