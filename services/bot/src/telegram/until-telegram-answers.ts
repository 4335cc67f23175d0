import { setTimeout as pause } from 'node:timers/promises';
import { FatalError, gradeOf } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';

const PAUSE_MS = 2_000;

/**
 * Asks again until Telegram answers, as a start does.
 *
 * @throws FatalError `token_refused`, `telegram_refused`: no later try would go better.
 */
export async function untilTelegramAnswers<T>(ask: () => Promise<T>, logger: Logger): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (gradeOf(error) !== 'retryable') {
        throw error instanceof FatalError ? error : new FatalError('telegram_refused', (error as Error).message);
      }
      logger.warn({ err: error }, 'Telegram does not answer yet; trying on');
      await pause(PAUSE_MS);
    }
  }
}
