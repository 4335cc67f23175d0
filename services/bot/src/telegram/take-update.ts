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

/** Handles what an update wants. Throws RetryableError if the update must come again, and no other error. */
export async function takeUpdate(update: Update, { me, handle, logger }: UpdateParts): Promise<void> {
  try {
    const want = readUpdate(update, me);
    if (want) await handle(want);
  } catch (error) {
    if (error instanceof RetryableError) throw error;
    // If it came again, it would only fail again, and hold up the updates of its batch.
    logger.error({ err: error }, 'Could not handle an update');
  }
}
