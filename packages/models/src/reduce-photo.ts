import sharp from 'sharp';

/** Small photos, too, mostly come as JPEG: it takes more from small faces than the missing pixels do. */
const JPEG_QUALITY = 80;

/** The photo, upright, so many pixels wide (rounded), saved as JPEG. */
export function reducePhoto(photo: Buffer, width: number): Promise<Buffer> {
  return sharp(photo)
    .autoOrient()
    .resize({ width: Math.round(width) })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}
