import type { SentPhoto } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';
import type { ReplyTo } from '../requests/reply-to.ts';
import { languageFor } from '../texts/languages.ts';
import type { PhotoGate } from './accept-photo.ts';
import { chooseSize } from './choose-size.ts';
import { requestIdOf } from './request-id.ts';

export interface OfferParts {
  token: string;
  gate: Pick<PhotoGate, 'accept'>;
  limits: Limits;
}

/** Offers a photo that somebody sent. Resolves to what to tell them if it is not taken. Throws as `PhotoGate.accept` does. */
export async function offerPhoto(sent: SentPhoto, { token, gate, limits }: OfferParts): Promise<string | undefined> {
  const { chatId, messageId, from, photo, inPrivate, topicId, albumId, spoiler } = sent;
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
  const id = requestIdOf(token, chatId, messageId);
  const acceptance = await gate.accept(id, chooseSize(photo, limits.maxPhotoBytes), replyTo);
  return typeof acceptance === 'string' ? undefined : acceptance.refusal;
}
