import { readFile } from 'node:fs/promises';
import { makePhotoSizes } from '@attrai/sandbox/chat/photo-sizes';
import { findSamples } from '@attrai/sandbox/page-api/samples';
import { photoFiles } from '@attrai/vision/cli/files';
import sharp from 'sharp';
import type { Sample } from '../../harness/load/samples.ts';

/** The sandbox caches the sizes of 32 photos: of these, and of as many pictures of the bot. */
const MOST_PHOTOS = 15;
/** The photo that fills the queue: one face, very cheap to estimate. */
const SMALL = { sample: 'connery', side: 160 };

export interface BenchPhotos {
  sent: Sample[];
  /** The same as estimators get them, in Telegram's largest size. */
  received: Buffer[];
  small: Sample;
}

/** Reads at most 15 photos, evenly spread over files and folders; without paths, the sandbox's samples. Throws if there are none. */
export async function readPhotos(paths: readonly string[]): Promise<BenchPhotos> {
  const samples = await findSamples();
  const files = paths.length > 0 ? await photoFiles(paths) : samples.map(({ path }) => path);
  if (files.length === 0) throw new Error('There are no photos in there.');
  const step = Math.max(1, files.length / MOST_PHOTOS);
  const spread = Array.from({ length: Math.min(files.length, MOST_PHOTOS) }, (_, i) => files[Math.floor(i * step)]!);
  const sent = await Promise.all(spread.map(async (file) => asSent(await readFile(file))));
  const received = await Promise.all(sent.map(async ({ bytes }) => (await makePhotoSizes(bytes)).at(-1)!.bytes));
  const portrait = samples.find(({ name }) => name === SMALL.sample)?.path ?? files[0]!;
  const small = await sharp(portrait).resize(SMALL.side, SMALL.side, { fit: 'inside' }).jpeg().toBuffer();
  return { sent, received, small: asSent(small) };
}

function asSent(bytes: Buffer): Sample {
  return { kind: 'any', as: 'photo', name: 'photo.jpg', bytes };
}
