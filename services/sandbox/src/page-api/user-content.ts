import { MAX_CAPTION, MAX_TEXT } from '../bot-api/formatted-text.ts';
import type { Params } from '../bot-api/params.ts';
import type { MediaStore, Upload } from '../chat/media-store.ts';
import type { Content } from '../chat/message.ts';
import { UnusablePhoto } from '../chat/photo-sizes.ts';
import { HttpError } from './http-error.ts';
import { checkLength } from './user-actions.ts';

const UPLOADS = ['photo', 'document', 'video', 'sticker'] as const;

/** Reads a text, or an upload with a caption. Throws HttpError. */
export async function readContent(params: Params, media: MediaStore): Promise<Content> {
  const uploads = UPLOADS.map((field) => ({ field, upload: params.upload(field) })).filter(({ upload }) => upload);
  const [given, ...more] = uploads as { field: (typeof UPLOADS)[number]; upload: Upload }[];
  if (more.length > 0) throw new HttpError(400, `Send one of ${UPLOADS.join(', ')}, not several.`);
  // For uploads, `caption` is another name of `text`, as in the Bot API.
  const text = params.string('text') ?? (given && params.string('caption')) ?? '';
  if (!given) {
    const words = checkLength(text, MAX_TEXT);
    if (words.text === '') throw new HttpError(400, 'Send a text, a photo or a document.');
    return { kind: 'text', text: words };
  }
  const { field, upload } = given;
  const caption = checkLength(text, MAX_CAPTION);
  if (upload.bytes.length === 0) throw new HttpError(400, 'The file is empty.');
  if (field === 'document') return { kind: 'document', file: media.addDocument(upload), caption };
  if (field === 'video') return { kind: 'video', file: media.addVideo(upload), seconds: 1, caption };
  try {
    if (field === 'sticker') return { kind: 'sticker', file: await media.addSticker(upload.bytes), emoji: '🙂' };
    const sizes = await media.addPhoto(upload.bytes);
    return { kind: 'photo', sizes, caption, spoiler: params.boolean('has_spoiler') };
  } catch (error) {
    if (!(error instanceof UnusablePhoto)) throw error;
    throw new HttpError(415, `This can't be sent as a ${field}: ${error.message}.`);
  }
}
