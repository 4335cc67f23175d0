import sharp, { type Metadata } from 'sharp';
import type { Pixels } from '../pixels.ts';
import { MAX_PIXELS, MAX_SECONDS } from './limits.ts';

interface Reading {
  /** Whether to refuse a JPEG that libjpeg warns of (`warning`), or to decode it as far as possible. Default `warning`. */
  failOn?: 'none' | 'warning';
  /** Which frame of an animation. Default 0: the first. */
  page?: number;
}

/** Decodes one photo, also in a mended version, as `decodePhoto` says. Gets MAX_SECONDS for everything it does. */
export class PixelDecoder {
  readonly header: Metadata;
  readonly #maxSide: number;
  readonly #end = performance.now() + MAX_SECONDS * 1000;

  constructor(header: Metadata, maxSide: number) {
    this.header = header;
    this.#maxSide = maxSide;
  }

  /** Throws what sharp throws. */
  async decode(photo: Uint8Array, { failOn = 'warning', page = 0 }: Reading = {}): Promise<Pixels> {
    const side = this.#maxSide;
    const decoder = sharp(photo, { failOn, page, limitInputPixels: MAX_PIXELS })
      .timeout({ seconds: this.secondsLeft })
      .autoOrient()
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .raw({ depth: 'uchar' });
    // Only where it is needed: it is another pass over all pixels.
    if (this.header.hasAlpha) decoder.flatten({ background: '#ffffff' });
    const { data, info } = await decoder.toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels`);
    return { data, width: info.width, height: info.height };
  }

  /** Whole seconds, at least 1: sharp takes 0 for no limit. */
  get secondsLeft(): number {
    return Math.max(1, Math.ceil((this.#end - performance.now()) / 1000));
  }
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('timeout');
}
