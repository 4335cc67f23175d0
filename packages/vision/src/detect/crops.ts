import { sampleRect } from '../sample.ts';
import type { View } from '../turned.ts';
import { type Candidate, cropEdges } from './boxes.ts';

/**
 * Cuts the candidates out of the photo and scales them to side × side.
 * Returns the crops (RGB, side × side × 3 bytes each, one after another) and the candidates they show: those that lie inside the photo.
 */
export function cutOut<T extends Candidate>(
  view: View,
  candidates: readonly T[],
  side: number,
): { crops: Uint8Array; inside: T[] } {
  const { photo } = view;
  const inside: T[] = [];
  const bytes = side * side * 3;
  const data = new Uint8Array(candidates.length * bytes);
  for (const candidate of candidates) {
    const edges = cropEdges(candidate.box, photo.width, photo.height);
    if (edges === undefined) continue;
    sampleRect(view, edges, { width: side, height: side }, data.subarray(inside.length * bytes));
    inside.push(candidate);
  }
  return { crops: data.subarray(0, inside.length * bytes), inside };
}

/** Splits a list into parts of at most `size`, so that a crowd needs no more memory than a batch. */
export function batches<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}
