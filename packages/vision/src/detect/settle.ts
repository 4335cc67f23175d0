import type { InferenceSession } from 'onnxruntime-node';
import { mirror } from '../mirror.ts';
import { picturesFor } from '../pictures.ts';
import { sampleRect } from '../sample.ts';
import type { View } from '../turned.ts';
import type { Box, Landmarks, Point } from '../vision.ts';
import type { Detection } from './onet.ts';

const SIDE = 48;
const BYTES = SIDE * SIDE * 3;
const BATCH = 16;
/** Side of the square that is cut out, in units of: eye distance plus distance from eyes to mouth. Landmarks settle best with this; 1.1 to 1.6 were tried. */
const ZOOM = 1.4;
/** The looks, and whether each includes the mirror image. */
const LOOKS = [false, false, true] as const;
/** The landmark that lies in the place of each in a mirror image. */
const MIRRORED = [1, 0, 2, 4, 3] as const;

/** A face that O-Net looked at again. */
export interface SettledFace extends Detection {
  /** The face as O-Net saw it at its first look. */
  first: Detection;
  /** Log-odds that the face is half covered by a hand, hair, a mask or sunglasses; above 0: more likely than not (packages/models/src/nets/covered.ts). */
  covered: number;
}

/**
 * Looks at each face again: runs O-Net on a square around its last landmarks, the last time also on the mirror image, and takes the new
 * landmarks and probability. They then hardly depend on the candidate that led to the face. With other candidates for the same faces,
 * scores move by sd 0.17 of 10 without this, by 0.08 with one look less, and by 0.045 with it.
 */
export async function settle(net: InferenceSession, view: View, faces: readonly Detection[]): Promise<SettledFace[]> {
  const settled: SettledFace[] = [];
  for (let at = 0; at < faces.length; at += BATCH) {
    const first = faces.slice(at, at + BATCH);
    let batch = first.map((face): SettledFace => ({ ...face, first: face, covered: 0 }));
    for (const mirrored of LOOKS) batch = await look(net, view, batch, mirrored);
    settled.push(...batch);
  }
  return settled;
}

async function look(net: InferenceSession, view: View, faces: readonly SettledFace[], mirrored: boolean) {
  const views = mirrored ? 2 : 1;
  const squares = faces.map(({ landmarks }) => squareAround(landmarks, ZOOM));
  const crops = new Uint8Array(faces.length * views * BYTES);
  squares.forEach((square, i) => {
    const at = i * views * BYTES;
    sampleRect(view, square, { width: SIDE, height: SIDE }, crops.subarray(at));
    if (!mirrored) return;
    crops.copyWithin(at + BYTES, at, at + BYTES);
    mirror(crops.subarray(at + BYTES, at + 2 * BYTES), SIDE);
  });
  const answer = await net.run({ crops: picturesFor(net, view, crops, [faces.length * views, SIDE, SIDE]) });
  const all = answer.landmarks!.data as Float32Array;
  const ofViews = (values: Float32Array, i: number) =>
    mirrored ? (values[2 * i]! + values[2 * i + 1]!) / 2 : values[i]!;
  const p = answer.probability!.data as Float32Array;
  const c = answer.covered!.data as Float32Array;
  return faces.map((face, i) => {
    const marks = all.subarray(10 * i * views, 10 * (i * views + 1));
    const other = mirrored ? all.subarray(10 * (2 * i + 1), 10 * (2 * i + 2)) : undefined;
    const landmarks = place(marks, other, squares[i]!);
    return { ...face, probability: ofViews(p, i), covered: ofViews(c, i), landmarks };
  });
}

/** The square around the middle between eyes and mouth. @param side in units of: eye distance plus distance from eyes to mouth */
export function squareAround([leftEye, rightEye, , leftMouth, rightMouth]: Landmarks, side: number): Box {
  const eyes = middle(leftEye, rightEye);
  const mouth = middle(leftMouth, rightMouth);
  const [x, y] = middle(eyes, mouth);
  const half = (side * (distance(leftEye, rightEye) + distance(eyes, mouth))) / 2;
  return [x - half, y - half, x + half, y + half];
}

/**
 * Brings landmarks to photo pixels.
 *
 * @param marks x0..x4, y0..y4 in shares of the square's side
 * @param other those of the mirror image
 */
function place(marks: Float32Array, other: Float32Array | undefined, [x1, y1, x2]: Box): Landmarks {
  const side = x2 - x1;
  const point = (i: number): Point => {
    const k = MIRRORED[i]!;
    const x = other ? (marks[i]! + 1 - other[k]!) / 2 : marks[i]!;
    const y = other ? (marks[i + 5]! + other[k + 5]!) / 2 : marks[i + 5]!;
    // Boxes count from the edge of a pixel, landmarks from its middle.
    return [x1 + x * side - 0.5, y1 + y * side - 0.5];
  };
  return [point(0), point(1), point(2), point(3), point(4)];
}

function middle([ax, ay]: Point, [bx, by]: Point): Point {
  return [(ax + bx) / 2, (ay + by) / 2];
}

function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(bx - ax, by - ay);
}
