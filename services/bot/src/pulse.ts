import type { Broker } from '@attrai/broker/broker';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { Repeated } from '@attrai/contracts/repeated';
import type { Logger } from '@attrai/telemetry/logger';
import type { RequestBook } from './requests/request-book.ts';

const EVERY_MS = 60_000;

export interface PulseParts {
  broker: Broker;
  book: Pick<RequestBook<unknown>, 'total'>;
  logger: Logger;
  /** For tests. */
  everyMs?: number;
}

/** Logs once a minute how many messages wait in each queue and how many photos are in work. deploy/graylog has charts of it. */
export class Pulse {
  #parts: PulseParts;
  #beats: Repeated;

  constructor(parts: PulseParts) {
    this.#parts = parts;
    // An outage is logged elsewhere.
    this.#beats = new Repeated(parts.everyMs ?? EVERY_MS, () =>
      this.#beat().catch((err) => parts.logger.debug({ err }, 'No pulse')),
    );
  }

  stop(): Promise<void> {
    return this.#beats.stop();
  }

  async #beat(): Promise<void> {
    const { broker, book, logger } = this.#parts;
    const [toEstimate, afterEstimate, dead, inWork] = await Promise.all([
      broker.depth(TO_ESTIMATE),
      broker.depth(AFTER_ESTIMATE),
      broker.depth(TO_ESTIMATE_DEAD),
      book.total(),
    ]);
    logger.info({ toEstimate, afterEstimate, dead, inWork }, 'Pulse');
  }
}
