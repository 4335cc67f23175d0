import { setTimeout as pause } from 'node:timers/promises';
import { FatalError, gradeOf } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import { pauseAfterFailure } from './pause-after-failure.ts';

export interface Patience {
  logger: Logger;
  /** Ends the wait at once, also during a call. */
  signal?: AbortSignal | undefined;
  /** Gets the reason for the wait; undefined when it is over. */
  onWaiting?: ((reason: string | undefined) => void) | undefined;
}

/**
 * Calls Telegram until it answers. Logs each new reason once, and the end of the wait.
 *
 * @throws FatalError `token_refused`, `telegram_refused`: a later try would fail too. When `signal` is aborted, its reason.
 */
export async function untilTelegramAnswers<T>(ask: () => Promise<T>, patience: Patience): Promise<T> {
  const { logger, signal, onWaiting } = patience;
  const stopped = whenAborted(signal);
  let told: string | undefined;
  for (let failures = 1; ; failures++) {
    try {
      const answer = await Promise.race([ask(), stopped]);
      if (failures > 1) logger.info('Telegram answers');
      onWaiting?.(undefined);
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      const { message } = error as Error;
      if (gradeOf(error) !== 'retryable') {
        throw error instanceof FatalError ? error : new FatalError('telegram_refused', message);
      }
      if (message !== told) logger.warn({ err: error }, 'Telegram does not answer yet; trying on');
      told = message;
      onWaiting?.(message);
      await pause(pauseAfterFailure(error, failures), undefined, { signal });
    }
  }
}

/** Rejects with the signal's reason. Without a signal it never settles. */
function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  signal?.throwIfAborted();
  const stopped = new Promise<never>((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  stopped.catch(() => undefined);
  return stopped;
}
