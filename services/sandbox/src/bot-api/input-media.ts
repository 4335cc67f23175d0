import type { MediaStore, Upload } from '../chat/media-store.ts';
import type { StoredFile } from '../chat/message.ts';
import { UnusablePhoto, uprightSize } from '../chat/photo-sizes.ts';
import { badRequest } from './api-error.ts';

/** Limits of https://core.telegram.org/bots/api#sendphoto: bytes, width + height, and long side to short side. */
const MAX_PHOTO_BYTES = 10 * 1024 * 1024;
const MAX_PHOTO_SIDES = 10_000;
const MAX_PHOTO_RATIO = 20;

/** Where a file of a call comes from: uploaded with it, or named by file_id. */
export interface Source {
  upload: Upload | undefined;
  value: string | undefined;
}

/** The sizes of an uploaded photo, or of one sent before. Throws ApiError. */
export async function readPhoto({ upload, value }: Source, media: MediaStore): Promise<StoredFile[]> {
  if (upload) {
    await checkPhoto(upload.bytes);
    return media.addPhoto(upload.bytes).catch(refuseUnusable);
  }
  const sizes = media.sizesOf(namedFile(value, media, 'photo'));
  if (!sizes) throw badRequest("can't use file of type Document as Photo");
  return sizes;
}

/** An uploaded document, or one sent before. Throws ApiError. */
export function readDocument({ upload, value }: Source, media: MediaStore): StoredFile {
  if (upload) {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
    return media.addDocument(upload);
  }
  const file = namedFile(value, media, 'document');
  if (media.sizesOf(file)) throw badRequest("can't use file of type Photo as Document");
  return file;
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

function namedFile(value: string | undefined, media: MediaStore, kind: string): StoredFile {
  if (value === undefined || value === '') throw badRequest(`there is no ${kind} in the request`);
  if (/^https?:/i.test(value)) {
    throw badRequest('failed to get HTTP URL content (the sandbox fetches nothing: upload the file)');
  }
  const kept = media.vault.get(value);
  if (!kept) throw badRequest('wrong file identifier/HTTP URL specified');
  return kept.file;
}
