import type { SentPhoto } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';
import type { ReplyTo } from '../requests/reply-to.ts';
import { languageFor } from '../texts/languages.ts';
import type { Acceptance, PhotoGate } from './accept-photo.ts';
import { chooseSize } from './choose-size.ts';
import { requestIdOf } from './request-id.ts';

export interface OfferParts {
  token: string;
  gate: Pick<PhotoGate, 'accept'>;
  limits: Limits;
}

/**
 * Offers a photo that somebody sent, or asked for. Throws as `PhotoGate.accept` does.
 *
 * @param asked what makes it another request than the first of this photo
 */
export function offerPhoto(sent: SentPhoto, parts: OfferParts, asked?: string): Promise<Acceptance> {
  const { chatId, messageId, from, photo, inPrivate, topicId, albumId, spoiler } = sent;
  const { token, gate, limits } = parts;
  const replyTo: ReplyTo = {
    userId: from.id,
    chatId,
    messageId,
    language: languageFor(from.language),
    ...(topicId !== undefined && { topicId }),
    ...(albumId !== undefined && { albumId }),
    ...(spoiler && { spoiler }),
    ...(!inPrivate && { inGroup: true }),
  };
  return gate.accept(requestIdOf(token, chatId, messageId, asked), chooseSize(photo, limits.maxPhotoBytes), replyTo);
}
