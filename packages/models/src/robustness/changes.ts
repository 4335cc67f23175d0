import type { Box, Point } from '@attrai/vision/vision';
import sharp, { type Sharp } from 'sharp';

/** Something that happens to photos on their way, and that should not matter. */
export interface Change {
  kind: 'size' | 'JPEG' | 'light' | 'blur' | 'turn' | 'crop' | 'mirror';
  name: string;
  /** The photo changed, as a file. */
  apply(photo: Raw): Promise<Buffer>;
  /** From a point of the changed photo to the same one of the original, both in pixels. */
  back(point: Point, photo: Raw): Point;
}

/** An upright picture, RGB, 8 bits a channel. */
export interface Raw {
  data: Uint8Array;
  width: number;
  height: number;
}

const same = (point: Point): Point => point;
/** So that a change is seen by itself. */
const withoutLoss = (photo: Sharp) => photo.png({ compressionLevel: 1 }).toBuffer();

/** All changes of the report. What is not JPEG travels without loss. */
export const CHANGES: readonly Change[] = [
  ...[0.5, 0.75, 1.5].map(resize),
  ...[90, 70, 50].map(jpeg),
  light('darker, gamma 1.4', (value) => 255 * (value / 255) ** 1.4),
  light('lighter, gamma 0.7', (value) => 255 * (value / 255) ** 0.7),
  light('brightness −20 %', (value) => value * 0.8),
  light('brightness +20 %', (value) => value * 1.2),
  ...[1, 2].map(blur),
  ...[-15, 5, 15, 30].map(turn),
  crop('3 px off the left, 5 off the top', ({ width, height }) => ({ left: 3, top: 5, right: width, bottom: height })),
  crop('5 % off each side', ({ width, height }) => ({
    left: Math.round(0.05 * width),
    top: Math.round(0.05 * height),
    right: Math.round(0.95 * width),
    bottom: Math.round(0.95 * height),
  })),
  {
    kind: 'mirror',
    name: 'mirror image',
    apply: (photo) => withoutLoss(open(photo).flop()),
    back: ([x, y], { width }) => [width - x, y],
  },
];

/** A box of the changed photo in the original: the square-on box around the corners brought back, about the box's own centre. */
export function boxBack(change: Change, [x1, y1, x2, y2]: Box, photo: Raw): Box {
  const [cx, cy] = change.back([(x1 + x2) / 2, (y1 + y2) / 2], photo);
  // Turning leaves a face's size as it is, though not that of a box around its box: sides keep their length.
  const [ax, ay] = change.back([x1, y1], photo);
  const [bx, by] = change.back([x2, y2], photo);
  const zoom = Math.hypot(bx - ax, by - ay) / Math.hypot(x2 - x1, y2 - y1);
  const halfWidth = (zoom * (x2 - x1)) / 2;
  const halfHeight = (zoom * (y2 - y1)) / 2;
  return [cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight];
}

/** The upright pixels of a file. */
export async function readRaw(file: Buffer): Promise<Raw> {
  const { data, info } = await sharp(file)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function open({ data, width, height }: Raw): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function resize(factor: number): Change {
  const size = ({ width, height }: Raw) => ({ width: Math.round(width * factor), height: Math.round(height * factor) });
  return {
    kind: 'size',
    name: `× ${factor}`,
    apply: (photo) => withoutLoss(open(photo).resize({ ...size(photo), fit: 'fill' })),
    back: ([x, y], photo) => {
      const { width, height } = size(photo);
      return [(x * photo.width) / width, (y * photo.height) / height];
    },
  };
}

function jpeg(quality: number): Change {
  return {
    kind: 'JPEG',
    name: `quality ${quality}`,
    apply: (photo) => open(photo).jpeg({ quality }).toBuffer(),
    back: same,
  };
}

/** @param curve from a channel's value to another, 0 to 255; cut off there */
function light(name: string, curve: (value: number) => number): Change {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => curve(value));
  return {
    kind: 'light',
    name,
    apply: ({ data, width, height }) => withoutLoss(open({ data: data.map((value) => table[value]!), width, height })),
    back: same,
  };
}

function blur(sigma: number): Change {
  return {
    kind: 'blur',
    name: `sigma ${sigma} px`,
    apply: (photo) => withoutLoss(open(photo).blur(sigma)),
    back: same,
  };
}

/** Turned clockwise about the middle; what was outside is the photo's border again, as in the chips. */
function turn(degrees: number): Change {
  const margin = ({ width, height }: Raw) => Math.round(Math.max(width, height) / 4);
  return {
    kind: 'turn',
    name: `${degrees}°`.replace('-', '−'),
    apply: async (photo) => {
      const edge = margin(photo);
      const wide = open(photo).extend({ top: edge, bottom: edge, left: edge, right: edge, extendWith: 'copy' });
      // In two pipelines: sharp turns before it extends.
      const { data, info } = await wide.raw().toBuffer({ resolveWithObject: true });
      return withoutLoss(open({ data, width: info.width, height: info.height }).rotate(degrees));
    },
    back: ([x, y], photo) => {
      const edge = margin(photo);
      const radians = (degrees * Math.PI) / 180;
      const [w, h] = [photo.width + 2 * edge, photo.height + 2 * edge];
      const cos = Math.abs(Math.cos(radians));
      const sin = Math.abs(Math.sin(radians));
      const dx = x - (w * cos + h * sin) / 2;
      const dy = y - (w * sin + h * cos) / 2;
      return [
        Math.cos(radians) * dx + Math.sin(radians) * dy + w / 2 - edge,
        -Math.sin(radians) * dx + Math.cos(radians) * dy + h / 2 - edge,
      ];
    },
  };
}

function crop(
  name: string,
  edges: (photo: Raw) => { left: number; top: number; right: number; bottom: number },
): Change {
  return {
    kind: 'crop',
    name,
    apply: (photo) => {
      const { left, top, right, bottom } = edges(photo);
      return withoutLoss(open(photo).extract({ left, top, width: right - left, height: bottom - top }));
    },
    back: ([x, y], photo) => {
      const { left, top } = edges(photo);
      return [x + left, y + top];
    },
  };
}
