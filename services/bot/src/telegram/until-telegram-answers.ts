import { setTimeout as pause } from 'node:timers/promises';
import { FatalError, gradeOf } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import { pauseAfterFailure } from './pause-after-failure.ts';

/**
 * Asks again until Telegram answers, as a start does. One line in the log when it doesn't, and one when it does again.
 *
 * @throws FatalError `token_refused`, `telegram_refused`: no later try would go better.
 */
export async function untilTelegramAnswers<T>(ask: () => Promise<T>, logger: Logger): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      const answer = await ask();
      if (failures > 1) logger.info('Telegram answers');
      return answer;
    } catch (error) {
      if (gradeOf(error) !== 'retryable') {
        throw error instanceof FatalError ? error : new FatalError('telegram_refused', (error as Error).message);
      }
      if (failures === 1) logger.warn({ err: error }, 'Telegram does not answer yet; trying on');
      await pause(pauseAfterFailure(error, failures));
    }
  }
}
