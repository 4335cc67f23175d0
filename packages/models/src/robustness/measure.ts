import { readFile } from 'node:fs/promises';
import { overUnion } from '@attrai/vision/detect/nms';
import { loadVision } from '@attrai/vision/load-vision';
import type { Box, Vision } from '@attrai/vision/vision';
import { mean, quantile, standardDeviation } from 'simple-statistics';
import { readRaw } from '../raw.ts';
import { boxBack, CHANGES, type Change } from './changes.ts';

/** How far scores moved, points of ten: score afterwards minus before. */
interface Spread {
  /** Faces with a score before and afterwards. */
  found: number;
  /** Undefined, as the others, for fewer than two faces. */
  sd: number | undefined;
  mean: number | undefined;
  /** 95% of the scores moved by at most this. */
  p95: number | undefined;
}

/** How far scores move under a change. */
export interface Shift extends Spread {
  change: Change;
  /** Faces of the unchanged photos. */
  faces: number;
}

/** A box of the changed photo is the same face from this intersection over union on. */
const SAME_FACE = 0.4;

/** Lets the whole pipeline score photos unchanged and under each change. */
export async function measureShifts(
  files: readonly string[],
  { modelsDir, scorerModel }: { modelsDir: string; scorerModel: string },
  onProgress: (done: number) => void = () => {},
): Promise<Shift[]> {
  const vision = await loadVision({ modelsDir, scorerModel });
  const shifts = CHANGES.map((): number[] => []);
  let faces = 0;
  try {
    for (const [i, file] of files.entries()) {
      const photo = await readFile(file);
      const originals = await scoredFaces(vision, photo);
      faces += originals.length;
      const raw = await readRaw(photo);
      for (const [k, change] of originals.length === 0 ? [] : CHANGES.entries()) {
        const found = await scoredFaces(vision, await change.apply(raw));
        const changed = found.map(({ box, score }) => ({ box: boxBack(change, box, raw), score }));
        for (const { box, score } of originals) {
          const again = changed.toSorted((a, b) => overUnion(b.box, box) - overUnion(a.box, box))[0];
          if (again && overUnion(again.box, box) >= SAME_FACE) shifts[k]!.push(again.score - score);
        }
      }
      onProgress(i + 1);
    }
  } finally {
    await vision.close();
  }
  return CHANGES.map((change, k) => ({ change, faces, ...spreadOf(shifts[k]!) }));
}

export function spreadOf(shifts: number[]): Spread {
  const found = shifts.length;
  if (found < 2) return { found, sd: undefined, mean: undefined, p95: undefined };
  return { found, sd: standardDeviation(shifts), mean: mean(shifts), p95: quantile(shifts.map(Math.abs), 0.95) };
}

async function scoredFaces(vision: Vision, photo: Buffer): Promise<{ box: Box; score: number }[]> {
  const { faces } = await vision.estimate(photo);
  return faces.flatMap(({ box, score }) => (score === null ? [] : [{ box, score }]));
}
