import { RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Update } from 'telegraf/types';
import type { Want } from '../chat/wants.ts';
import { type Me, readUpdate } from './read-update.ts';

export interface UpdateParts {
  me: Me;
  handle(want: Want): Promise<void>;
  logger: Logger;
}

/** Hands on what an update wants. Throws RetryableError for one that shall come again, and nothing else. */
export async function takeUpdate(update: Update, { me, handle, logger }: UpdateParts): Promise<void> {
  try {
    const want = readUpdate(update, me);
    if (want) await handle(want);
  } catch (error) {
    if (error instanceof RetryableError) throw error;
    // It must not take its whole batch with it, nor come again and again.
    logger.error({ err: error }, 'Could not handle an update');
  }
}
