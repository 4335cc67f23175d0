import { Tensor } from 'onnxruntime-node';
import type { Mips } from '../mips.ts';
import { sampleRect } from '../sample.ts';
import { type Candidate, cropEdges } from './boxes.ts';

/**
 * Cuts the candidates out of the photo and scales them to side × side.
 * Returns a uint8 tensor [N, side, side, 3] (RGB) and the N candidates that lie inside the photo.
 */
export function cutOut<T extends Candidate>(
  mips: Mips,
  candidates: readonly T[],
  side: number,
): { crops: Tensor; inside: T[] } {
  const { photo } = mips;
  const inside: T[] = [];
  const bytes = side * side * 3;
  const data = new Uint8Array(candidates.length * bytes);
  for (const candidate of candidates) {
    const edges = cropEdges(candidate.box, photo.width, photo.height);
    if (edges === undefined) continue;
    sampleRect(mips, edges, side, side, data, inside.length * bytes);
    inside.push(candidate);
  }
  const crops = new Tensor('uint8', data.subarray(0, inside.length * bytes), [inside.length, side, side, 3]);
  return { crops, inside };
}

/** Splits a list into parts of at most `size`, so that a crowd needs no more memory than a batch. */
export function batches<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}
