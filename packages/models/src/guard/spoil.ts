import { type Box, longerSide } from '@attrai/vision/vision';
import type { Sharp } from 'sharp';
import { openRaw, type Raw, turnRaw } from '../raw.ts';
import { oldPrint } from './old-print.ts';
import type { Random } from './random.ts';

export const SPOILT = ['blurred', 'dim', 'small', 'turned', 'old print', 'bright'] as const;
export type Spoilt = (typeof SPOILT)[number];

/** Blur is given in pixels of a face with this side. */
const BLUR_SIDE = 150;
/** Longer sides of small faces, pixels. */
const SMALL = [44, 80] as const;
const SMALLEST_PHOTO = 32;
const DEGREES = [10, 38] as const;

/** Makes a photo worse, as photos may come: out of focus, in poor light, small, askew, ... Gives a JPEG. */
export async function spoil(kind: Spoilt, photo: Raw, box: Box, random: Random): Promise<Buffer> {
  const quality = Math.round(random.between(60, 90));
  return (await spoilt(kind, photo, longerSide(box), random)).jpeg({ quality }).toBuffer();
}

/** @param side of the face, pixels */
async function spoilt(kind: Spoilt, photo: Raw, side: number, random: Random): Promise<Sharp> {
  switch (kind) {
    case 'blurred':
      return openRaw(photo).blur((side / BLUR_SIDE) * random.between(1, 3.2));
    case 'dim':
      return openRaw(photo).linear(random.between(0.25, 0.6), random.between(-6, 4));
    case 'bright': {
      const light = random.between(1.1, 1.7);
      return openRaw(photo).linear(
        [light * random.between(0.9, 1.1), light, light * random.between(0.9, 1.1)],
        [-8, -8, -8],
      );
    }
    case 'small': {
      const scale = Math.min(random.between(...SMALL) / side, 1);
      return openRaw(photo).resize(Math.max(SMALLEST_PHOTO, Math.round(photo.width * scale)));
    }
    case 'turned':
      return turnRaw(
        photo,
        random.pick([-1, 1]) * random.between(...DEGREES),
        Math.round(Math.max(photo.width, photo.height) / 5),
      );
    case 'old print':
      return openRaw(await oldPrint(photo, side / BLUR_SIDE, random));
  }
}
