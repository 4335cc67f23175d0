import sharp, { type Sharp } from 'sharp';

/** An upright picture, RGB, 8 bits a channel. */
export interface Raw {
  data: Uint8Array;
  width: number;
  height: number;
}

/** The upright pixels of a picture file. */
export async function readRaw(file: Buffer): Promise<Raw> {
  const picture = sharp(file).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb');
  return toRaw(picture.raw({ depth: 'uchar' }));
}

export function openRaw({ data, width, height }: Raw): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Turns a picture clockwise about its middle. Its border, `edge` pixels wide, is repeated first. */
export async function turnRaw(photo: Raw, degrees: number, edge: number): Promise<Sharp> {
  const wide = openRaw(photo).extend({ top: edge, bottom: edge, left: edge, right: edge, extendWith: 'copy' });
  // In two pipelines: sharp turns before it extends.
  return openRaw(await toRaw(wide.raw())).rotate(degrees);
}

async function toRaw(picture: Sharp): Promise<Raw> {
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
