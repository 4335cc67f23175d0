import sharp, { type Metadata } from 'sharp';
import type { Pixels } from '../pixels.ts';
import { MAX_PIXELS } from './limits.ts';

export interface Reading {
  /** Whether a JPEG that libjpeg warns of is refused or decoded as far as possible. Default `warning`: refused. */
  failOn?: 'none' | 'warning';
  /** Which frame of an animation. Default 0: the first. */
  page?: number;
}

/** Decodes a photo, or another version of it, as `decodePhoto` says. Throws what sharp does. */
export type ToPixels = (photo: Uint8Array, reading?: Reading) => Promise<Pixels>;

/** @param secondsLeft for all that is done with the photo */
export function toPixelsOf(header: Metadata, maxSide: number, secondsLeft: () => number): ToPixels {
  return async (photo, { failOn = 'warning', page = 0 } = {}) => {
    const decoder = sharp(photo, { failOn, page, limitInputPixels: MAX_PIXELS })
      .timeout({ seconds: secondsLeft() })
      .autoOrient()
      .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
      .raw({ depth: 'uchar' });
    // Only where it is needed: it is another pass over all pixels.
    if (header.hasAlpha) decoder.flatten({ background: '#ffffff' });
    const { data, info } = await decoder.toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels`);
    return { data, width: info.width, height: info.height };
  };
}

/** Counts down to 1, in whole seconds, since 0 means no limit to sharp. */
export function countDown(seconds: number): () => number {
  const end = performance.now() + seconds * 1000;
  return () => Math.max(1, Math.ceil((end - performance.now()) / 1000));
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('timeout');
}
