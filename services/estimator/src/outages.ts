import { codeOf, gradeOf } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import type { EstimateRequest } from '@attrai/contracts/request';
import type { Logger } from '@attrai/telemetry/logger';

/** Photos in hand wait while RabbitMQ or the photo store is away: that is no failure of theirs. */
export interface Outages {
  /** The code of what is waited for, if anything is. */
  readonly waitingFor: string | undefined;
  /**
   * Asks RabbitMQ or the photo store, again and again while it fails for now. Throws the last RetryableError when the
   * deadline of the photo has passed, since nobody waits for it any more, or when `stopping` aborts.
   */
  rideOut<T>(request: EstimateRequest, ask: () => Promise<T>): Promise<T>;
}

export function createOutages(logger: Logger, stopping: AbortSignal): Outages {
  /** What is waited for, by the id of the request that does. */
  const waits = new Map<string, string>();

  function note(requestId: string, error: unknown): void {
    if (gradeOf(error) !== 'retryable') return;
    const code = codeOf(error);
    if (code === waits.get(requestId)) return;
    logger.warn({ requestId, code, err: error }, 'an outage: the photo in hand waits');
    waits.set(requestId, code);
  }

  return {
    get waitingFor() {
      return waits.values().next().value;
    },
    async rideOut(request, ask) {
      const askAndNote = async () => {
        try {
          return await ask();
        } catch (error) {
          note(request.id, error);
          throw error;
        }
      };
      try {
        return await patiently(askAndNote, stopping, request.deadline - Date.now());
      } finally {
        if (waits.delete(request.id)) logger.info({ requestId: request.id }, 'the photo in hand waits no longer');
      }
    },
  };
}
