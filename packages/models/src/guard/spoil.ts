import { longerSide } from '@attrai/vision/longer-side';
import type { Box } from '@attrai/vision/vision';
import sharp, { type Sharp } from 'sharp';
import type { Raw } from '../robustness/changes.ts';
import { oldPrint } from './old-print.ts';
import type { Random } from './random.ts';

export const SPOILT = ['blurred', 'dim', 'small', 'turned', 'old print', 'bright'] as const;
export type Spoilt = (typeof SPOILT)[number];

/** Side of a face whose blur is told in pixels. */
const BLUR_SIDE = 150;
/** Longer sides of small faces, pixels. */
const SMALL = [44, 80] as const;
const SMALLEST_PHOTO = 32;
const DEGREES = [10, 38] as const;

/** A photo as it may come: out of focus, in poor light, small, askew, ... As JPEG. */
export async function spoil(kind: Spoilt, photo: Raw, box: Box, random: Random): Promise<Buffer> {
  const quality = Math.round(random.between(60, 90));
  return (await spoilt(kind, photo, longerSide(box), random)).jpeg({ quality }).toBuffer();
}

/** @param side of the face, pixels */
async function spoilt(kind: Spoilt, photo: Raw, side: number, random: Random): Promise<Sharp> {
  switch (kind) {
    case 'blurred':
      return open(photo).blur((side / BLUR_SIDE) * random.between(1, 3.2));
    case 'dim':
      return open(photo).linear(random.between(0.25, 0.6), random.between(-6, 4));
    case 'bright': {
      const light = random.between(1.1, 1.7);
      return open(photo).linear(
        [light * random.between(0.9, 1.1), light, light * random.between(0.9, 1.1)],
        [-8, -8, -8],
      );
    }
    case 'small': {
      const scale = Math.min(random.between(...SMALL) / side, 1);
      return open(photo).resize(Math.max(SMALLEST_PHOTO, Math.round(photo.width * scale)));
    }
    case 'turned':
      return turned(photo, random.pick([-1, 1]) * random.between(...DEGREES));
    case 'old print':
      return open(await oldPrint(photo, side / BLUR_SIDE, random));
  }
}

/** About the middle, with the photo's border carried on. */
async function turned(photo: Raw, degrees: number): Promise<Sharp> {
  const edge = Math.round(Math.max(photo.width, photo.height) / 5);
  const wide = open(photo).extend({ top: edge, bottom: edge, left: edge, right: edge, extendWith: 'copy' });
  // In two pipelines: sharp turns before it extends.
  const { data, info } = await wide.raw().toBuffer({ resolveWithObject: true });
  return open({ data, width: info.width, height: info.height }).rotate(degrees);
}

function open({ data, width, height }: Raw): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}
