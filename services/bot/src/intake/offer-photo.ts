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

type PhotoFields = 'chatId' | 'messageId' | 'from' | 'photo' | 'inPrivate' | 'topicId' | 'albumId' | 'spoiler';

export interface OfferedPhoto extends Pick<SentPhoto, PhotoFields> {
  /** The answer whose button was pressed. */
  answerId?: string;
}

/**
 * Offers the gate a photo that somebody sent or asked for. Throws as `PhotoGate.accept` does.
 *
 * @param asked tells a further request of the same photo from the first
 */
export function offerPhoto(offered: OfferedPhoto, parts: OfferParts, asked?: string): Promise<Acceptance> {
  const { chatId, messageId, from, photo, inPrivate, topicId, albumId, spoiler, answerId } = offered;
  const { token, gate, limits } = parts;
  const inGroup = inPrivate ? undefined : true;
  const language = languageFor(from.language);
  const replyTo: ReplyTo = {
    userId: from.id,
    chatId,
    messageId,
    answerId,
    topicId,
    albumId,
    spoiler,
    inGroup,
    language,
  };
  return gate.accept(requestIdOf(token, chatId, messageId, asked), chooseSize(photo, limits.maxPhotoBytes), replyTo);
}
