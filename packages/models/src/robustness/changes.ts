import type { Box, Point } from '@attrai/vision/vision';
import type { Sharp } from 'sharp';
import { openRaw, type Raw, turnRaw } from '../raw.ts';

/** Something that happens to photos on their way, and should not move a score. */
export interface Change {
  kind: 'size' | 'JPEG' | 'light' | 'blur' | 'turn' | 'crop' | 'mirror';
  name: string;
  /** The changed photo, as a file. */
  apply(photo: Raw): Promise<Buffer>;
  /** Brings a point of the changed photo back to the original, both in pixels. */
  back(point: Point, photo: Raw): Point;
}

const same = (point: Point): Point => point;
/** PNG, so that nothing else changes. */
const withoutLoss = (photo: Sharp) => photo.png({ compressionLevel: 1 }).toBuffer();

/** All changes of the report. Changes other than JPEG are stored without loss. */
export const CHANGES: readonly Change[] = [
  ...[0.5, 0.75, 1.5].map(resize),
  ...[90, 70, 50].map(jpeg),
  light('darker, gamma 1.4', (value) => 255 * (value / 255) ** 1.4),
  light('lighter, gamma 0.7', (value) => 255 * (value / 255) ** 0.7),
  light('brightness −20 %', (value) => value * 0.8),
  light('brightness +20 %', (value) => value * 1.2),
  ...[1, 2].map(blur),
  ...[-15, 5, 15, 30].map(turn),
  crop('3 px off the left, 5 off the top', ({ width, height }) => [3, 5, width, height]),
  crop('5 % off each side', ({ width, height }) => {
    const at = (share: number, side: number) => Math.round(share * side);
    return [at(0.05, width), at(0.05, height), at(0.95, width), at(0.95, height)];
  }),
  {
    kind: 'mirror',
    name: 'mirror image',
    apply: (photo) => withoutLoss(openRaw(photo).flop()),
    back: ([x, y], { width }) => [width - x, y],
  },
];

/**
 * Brings a box of the changed photo back to the original, around its own centre. Its sides keep their length when the photo was turned: a
 * turned face is as large as before, while the upright box around a turned box would be larger.
 */
export function boxBack(change: Change, [x1, y1, x2, y2]: Box, photo: Raw): Box {
  const [cx, cy] = change.back([(x1 + x2) / 2, (y1 + y2) / 2], photo);
  const [ax, ay] = change.back([x1, y1], photo);
  const [bx, by] = change.back([x2, y2], photo);
  const zoom = Math.hypot(bx - ax, by - ay) / Math.hypot(x2 - x1, y2 - y1);
  const halfWidth = (zoom * (x2 - x1)) / 2;
  const halfHeight = (zoom * (y2 - y1)) / 2;
  return [cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight];
}

function resize(factor: number): Change {
  const size = ({ width, height }: Raw) => ({ width: Math.round(width * factor), height: Math.round(height * factor) });
  return {
    kind: 'size',
    name: `× ${factor}`,
    apply: (photo) => withoutLoss(openRaw(photo).resize({ ...size(photo), fit: 'fill' })),
    back: ([x, y], photo) => {
      const { width, height } = size(photo);
      return [(x * photo.width) / width, (y * photo.height) / height];
    },
  };
}

function jpeg(quality: number): Change {
  const apply = (photo: Raw) => openRaw(photo).jpeg({ quality }).toBuffer();
  return { kind: 'JPEG', name: `quality ${quality}`, apply, back: same };
}

/** @param curve from a channel's value to another, 0 to 255; what is outside is cut off */
function light(name: string, curve: (value: number) => number): Change {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => curve(value));
  const apply = (photo: Raw) => withoutLoss(openRaw({ ...photo, data: photo.data.map((value) => table[value]!) }));
  return { kind: 'light', name, apply, back: same };
}

function blur(sigma: number): Change {
  const apply = (photo: Raw) => withoutLoss(openRaw(photo).blur(sigma));
  return { kind: 'blur', name: `sigma ${sigma} px`, apply, back: same };
}

/** Turned clockwise about the middle. Outside, the photo's border is repeated, as in the chips. */
function turn(degrees: number): Change {
  const margin = ({ width, height }: Raw) => Math.round(Math.max(width, height) / 4);
  return {
    kind: 'turn',
    name: `${degrees}°`.replace('-', '−'),
    apply: async (photo) => withoutLoss(await turnRaw(photo, degrees, margin(photo))),
    back: ([x, y], photo) => {
      const edge = margin(photo);
      const radians = (degrees * Math.PI) / 180;
      const [w, h] = [photo.width + 2 * edge, photo.height + 2 * edge];
      const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
      const dx = x - (w * Math.abs(cos) + h * Math.abs(sin)) / 2;
      const dy = y - (w * Math.abs(sin) + h * Math.abs(cos)) / 2;
      return [cos * dx + sin * dy + w / 2 - edge, -sin * dx + cos * dy + h / 2 - edge];
    },
  };
}

function crop(name: string, edges: (photo: Raw) => Box): Change {
  return {
    kind: 'crop',
    name,
    apply: (photo) => {
      const [left, top, right, bottom] = edges(photo);
      return withoutLoss(openRaw(photo).extract({ left, top, width: right - left, height: bottom - top }));
    },
    back: ([x, y], photo) => {
      const [left, top] = edges(photo);
      return [x + left, y + top];
    },
  };
}
