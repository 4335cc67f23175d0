import { codeOf } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import type { Logger } from '@attrai/telemetry/logger';
import type { SmallTalk } from '../chat/small-talk.ts';
import type { BotMetrics } from '../metrics.ts';
import type { Progress } from '../progress/progress.ts';
import { deletePhotosOf, type PhotoFolders } from '../replies/request-photos.ts';
import type { Envelope } from '../requests/envelope.ts';
import type { RequestBook, RequestRecord } from '../requests/request-book.ts';
import type { Language } from '../texts/language.ts';
import { TEXTS } from '../texts/languages.ts';

export interface CancelParts extends PhotoFolders {
  book: RequestBook<Envelope>;
  progress: Pick<Progress, 'settle'>;
  smallTalk: Pick<SmallTalk, 'change'>;
  logger: Logger;
  metrics: BotMetrics;
  stopping: AbortSignal;
}

/** How long to wait for Redis, as the user waits for an answer. */
const PATIENCE_MS = 2_000;

/**
 * Cancels all photos of a user that wait, in all chats. They free their slots and get no answer. A photo whose answer is being sent
 * is not cancelled. Resolves to the text for the user.
 */
export async function cancelPhotos(userId: string, language: Language, parts: CancelParts): Promise<string> {
  const { book, logger, stopping } = parts;
  let cancelled: RequestRecord<Envelope>[];
  try {
    cancelled = await patiently(() => book.cancel(userId), stopping, PATIENCE_MS);
  } catch (error) {
    logger.error({ code: codeOf(error), err: error }, 'Could not cancel photos');
    return TEXTS[language].notCancelled;
  }
  for (const request of cancelled) {
    parts.metrics.answered('cancelled');
    logger.info({ requestId: request.id }, 'Cancelled');
    void end(request, parts);
  }
  return TEXTS[language].cancelled(cancelled.length);
}

/** Without its photo the estimator has nothing to do. The sweeper deletes what can't be deleted now. */
async function end({ id, chatId, placeholder, envelope }: RequestRecord<Envelope>, parts: CancelParts): Promise<void> {
  const { progress, smallTalk, logger } = parts;
  await progress.settle(id);
  if (placeholder?.id !== undefined) smallTalk.change(chatId, placeholder.id, TEXTS[envelope.language].photoCancelled);
  await deletePhotosOf(id, parts).catch((err) =>
    logger.warn({ requestId: id, err }, 'Could not delete the photo of a cancelled request; later again'),
  );
}
