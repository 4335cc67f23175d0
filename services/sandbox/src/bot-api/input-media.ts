import { z } from 'zod';
import type { Upload } from '../chat/media-store.ts';
import type { Content, StoredFile } from '../chat/message.ts';
import { UnusablePhoto, uprightSize } from '../chat/photo-sizes.ts';
import { badRequest } from './api-error.ts';
import { readCaption } from './formatted-text.ts';
import { Params } from './params.ts';
import type { Telegram } from './telegram.ts';

/** Limits of https://core.telegram.org/bots/api#sendphoto: bytes, width + height, long side / short side. */
const MAX_PHOTO_BYTES = 10 * 1024 * 1024;
const MAX_PHOTO_SIDES = 10_000;
const MAX_PHOTO_RATIO = 20;
/** Messages; limit of https://core.telegram.org/bots/api#sendmediagroup */
const MAX_ALBUM = 10;

const inputMedia = z.looseObject({ type: z.string(), media: z.string() });

/** The file of a call: an upload, or a file_id or URL as `value`. */
export interface Source {
  upload: Upload | undefined;
  value: string | undefined;
}

/** The sizes of a photo: uploaded, by URL or by file_id. Throws ApiError. */
export async function readPhoto({ upload, value }: Source, { media, urls }: Telegram): Promise<StoredFile[]> {
  if (upload || isUrl(value)) {
    const bytes = upload ? upload.bytes : await urls.fetchPhoto(value!);
    await checkPhoto(bytes);
    return media.addPhoto(bytes).catch(refuseUnusable);
  }
  return media.sizesOf(namedFile(value, 'photo', media))!;
}

/** A document: uploaded or by file_id. Throws ApiError. */
export function readDocument({ upload, value }: Source, { media }: Telegram): StoredFile {
  if (upload) {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
    return media.addDocument(upload);
  }
  if (isUrl(value)) throw badRequest('failed to get HTTP URL content (the sandbox fetches nothing but photos)');
  return namedFile(value, 'document', media);
}

/** The content in `media` of editMessageMedia. Throws ApiError. */
export function readMedia(params: Params, telegram: Telegram): Promise<Content> {
  return readInputMedia(params.json('media'), params, telegram);
}

/** The contents in `media` of sendMediaGroup. Throws ApiError. */
export async function readAlbum(params: Params, telegram: Telegram): Promise<Content[]> {
  const list = params.json('media');
  if (!Array.isArray(list)) throw badRequest('expected an Array of InputMedia');
  if (list.length === 0) throw badRequest('there are no messages to send');
  if (list.length > MAX_ALBUM) throw badRequest('too many messages to send as an album');
  const contents = await Promise.all(list.map((item) => readInputMedia(item, params, telegram)));
  if (new Set(contents.map(({ kind }) => kind)).size > 1) {
    throw badRequest("Document can't be mixed with other media types");
  }
  return contents;
}

export function isSpoiler(params: Params): boolean {
  return params.boolean('has_spoiler');
}

async function readInputMedia(given: unknown, params: Params, telegram: Telegram): Promise<Content> {
  const parsed = inputMedia.safeParse(given);
  if (!parsed.success) throw badRequest("can't parse InputMedia: expected an Object with type and media");
  const { type, media } = parsed.data;
  const fields = new Params(params.method, parsed.data);
  const caption = readCaption(fields);
  const source = { upload: params.attached(media), value: media };
  if (type === 'photo') {
    return { kind: 'photo', sizes: await readPhoto(source, telegram), caption, spoiler: isSpoiler(fields) };
  }
  if (type === 'document') return { kind: 'document', file: readDocument(source, telegram), caption };
  throw badRequest(`type of InputMedia must be photo or document (the sandbox has no ${type})`);
}

async function checkPhoto(bytes: Buffer): Promise<void> {
  const size = bytes.length;
  if (size === 0) throw badRequest('file must be non-empty');
  if (size > MAX_PHOTO_BYTES) {
    throw badRequest(`file of size ${size} bytes is too big for a photo; the maximum size is ${MAX_PHOTO_BYTES} bytes`);
  }
  const { width, height } = await uprightSize(bytes).catch(refuseUnusable);
  if (width + height > MAX_PHOTO_SIDES || Math.max(width, height) > MAX_PHOTO_RATIO * Math.min(width, height)) {
    throw badRequest('PHOTO_INVALID_DIMENSIONS');
  }
}

function refuseUnusable(error: unknown): never {
  throw error instanceof UnusablePhoto ? badRequest('IMAGE_PROCESS_FAILED') : error;
}

function isUrl(value: string | undefined): boolean {
  return /^https?:/i.test(value ?? '');
}

function namedFile(value: string | undefined, kind: 'photo' | 'document', media: Telegram['media']): StoredFile {
  if (value === undefined || value === '') throw badRequest(`there is no ${kind} in the request`);
  const kept = media.vault.get(value);
  if (!kept) throw badRequest('wrong file identifier/HTTP URL specified');
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  if (kept.file.kind === kind) return kept.file;
  throw badRequest(`can't use file of type ${capital(kept.file.kind)} as ${capital(kind)}`);
}
