import { codeOf, gradeOf } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import type { EstimateRequest } from '@attrai/contracts/request';
import type { Logger } from '@attrai/telemetry/logger';

/** Photos in flight wait while RabbitMQ or the photo store is away. The wait does not count as a failed attempt. */
export class Outages {
  #logger: Logger;
  #stopping: AbortSignal;
  /** The error code that a photo waits for, by the id of its request. */
  #waits = new Map<string, string>();

  constructor(logger: Logger, stopping: AbortSignal) {
    this.#logger = logger;
    this.#stopping = stopping;
  }

  /** The error code of an outage that a photo waits for; undefined if none waits. */
  get waitingFor(): string | undefined {
    return this.#waits.values().next().value;
  }

  /**
   * Calls `ask`, which asks RabbitMQ or the photo store, again after each RetryableError. Throws the last one when the deadline of
   * the photo has passed or `stopping` aborts.
   */
  async rideOut<T>({ id, deadline }: EstimateRequest, ask: () => Promise<T>): Promise<T> {
    const askOnce = async () => {
      try {
        return await ask();
      } catch (error) {
        this.#note(id, error);
        throw error;
      }
    };
    try {
      return await patiently(askOnce, this.#stopping, deadline - Date.now());
    } finally {
      if (this.#waits.delete(id))
        this.#logger.info({ requestId: id }, 'a photo waits no longer for the end of an outage');
    }
  }

  #note(requestId: string, error: unknown): void {
    if (gradeOf(error) !== 'retryable') return;
    const code = codeOf(error);
    if (code === this.#waits.get(requestId)) return;
    this.#waits.set(requestId, code);
    this.#logger.warn({ requestId, code, err: error }, 'an outage: a photo waits for its end');
  }
}
