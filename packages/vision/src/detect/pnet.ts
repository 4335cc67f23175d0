import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { picturesFor } from '../pictures.ts';
import type { Pixels } from '../pixels.ts';
import { sampleRect } from '../sample.ts';
import type { View } from '../turned.ts';
import type { Box } from '../vision.ts';
import { type Candidate, regress, square } from './boxes.ts';
import { overUnion, suppress } from './nms.ts';

/** P-Net's window is 12×12 pixels, and moves by 2 pixels. */
const WINDOW = 12;
const STRIDE = 2;
/** Each level of the pyramid is this much smaller than the one before. */
const FACTOR = 0.709;
const OVERLAP_IN_LEVEL = 0.5;
/** The reference has 0.7. With this and P-Net's threshold, R-Net gets 55 candidates instead of 138, and of 1,076 faces none is lost. */
const OVERLAP_OF_LEVELS = 0.4;
/** Texture can make every window a candidate. Only the most probable are kept, to limit time and memory. */
const MOST_IN_LEVEL = 4_000;
const MOST_IN_ALL = 2_000;

/** A window that may hold a face, not yet moved by its regression. */
interface Window extends Candidate {
  regression: Box;
}

/** A photo at one scale of P-Net's pyramid. */
export interface Level {
  pixels: Pixels;
  /** Level pixels per photo pixel. */
  scale: number;
}

/**
 * Scales the photo so that faces of every size from `minFace` photo pixels up fill P-Net's window, largest picture first. Sides are even,
 * for the int8 net: an odd side is extended by the photo's repeated border.
 */
export function makePyramid(view: View, minFace: number): Level[] {
  const { photo } = view;
  const levels: Level[] = [];
  for (let scale = WINDOW / minFace; Math.min(photo.width, photo.height) * scale >= WINDOW; scale *= FACTOR) {
    const width = Math.floor(photo.width * scale + 1);
    const height = Math.floor(photo.height * scale + 1);
    const [evenWidth, evenHeight] = [width + (width % 2), height + (height % 2)];
    const data = new Uint8Array(evenWidth * evenHeight * 3);
    const edges = [0, 0, (photo.width * evenWidth) / width, (photo.height * evenHeight) / height] as const;
    sampleRect(view, edges, { width: evenWidth, height: evenHeight }, data);
    levels.push({ pixels: { data, width: evenWidth, height: evenHeight }, scale });
  }
  return levels;
}

/** The first net of the cascade: finds square boxes, in photo pixels, that may hold a face. */
export async function propose(
  net: InferenceSession,
  view: View,
  levels: readonly Level[],
  threshold: number,
): Promise<Candidate[]> {
  const windows: Window[] = [];
  for (const { pixels, scale } of levels) {
    const image = picturesFor(net, view, pixels.data, [1, pixels.height, pixels.width]);
    const { probability, regression } = await net.run({ image });
    const found = mostProbable(readWindows(probability!, regression!, scale, threshold), MOST_IN_LEVEL);
    windows.push(...suppress(found, OVERLAP_IN_LEVEL, overUnion));
  }
  const kept = suppress(mostProbable(windows, 2 * MOST_IN_ALL), OVERLAP_OF_LEVELS, overUnion).slice(0, MOST_IN_ALL);
  return kept.map(({ box, probability, regression }) => ({ box: square(regress(box, regression, 0)), probability }));
}

/** The windows of one level that reach the threshold. Corners are rounded down to whole photo pixels, as in the reference. */
function readWindows(probability: Tensor, regression: Tensor, scale: number, threshold: number): Window[] {
  const [, height = 0, width = 0] = probability.dims;
  const p = probability.data as Float32Array;
  const r = regression.data as Float32Array;
  const cells = width * height;
  const windows: Window[] = [];
  for (let cell = 0; cell < cells; cell++) {
    if (p[cell]! < threshold) continue;
    const x = STRIDE * (cell % width);
    const y = STRIDE * Math.floor(cell / width);
    const photo = (pixels: number) => Math.floor(pixels / scale);
    windows.push({
      box: [photo(x + 1), photo(y + 1), photo(x + WINDOW), photo(y + WINDOW)],
      probability: p[cell]!,
      regression: [r[cell]!, r[cells + cell]!, r[2 * cells + cell]!, r[3 * cells + cell]!],
    });
  }
  return windows;
}

function mostProbable<T extends Candidate>(candidates: T[], most: number): T[] {
  if (candidates.length <= most) return candidates;
  return candidates.toSorted((a, b) => b.probability - a.probability).slice(0, most);
}
