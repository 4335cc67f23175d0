import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FinalError, gradeOf } from '@attrai/contracts/errors';
import type { WhoIsScored } from '@attrai/vision/age/who-is-scored';
import { loadVision } from '@attrai/vision/load-vision';
import type { Face, Vision } from '@attrai/vision/vision';
import { countReasons } from '../fit/fit.ts';
import type { Skipped } from '../fit/ratings.ts';
import { copiesToTest, makeCopy, seedOf } from '../guard/copies.ts';
import { readRaw } from '../robustness/changes.ts';
import type { AgedFace } from './age-table.ts';
import type { Decided } from './decided.ts';

/**
 * Has the whole pipeline decide of the largest face of each picture whether it is scored.
 *
 * @param copies also of changed copies: with drawn glasses, blurred, small, ... Those in which no face is found don't count.
 * @throws FinalError `too_few_faces` where there is none
 */
export async function decideFaces(
  faces: readonly AgedFace[],
  { imageDir, modelsDir, copies }: { imageDir: string; modelsDir: string; copies: boolean },
  onProgress: (done: number) => void,
): Promise<{ decided: Decided[]; skipped: Skipped[] }> {
  const vision = await loadVision({ modelsDir });
  const decided: Decided[] = [];
  const skipped: Skipped[] = [];
  try {
    for (const [i, face] of faces.entries()) {
      const bytes = await readFile(path.join(imageDir, face.file)).catch(() => undefined);
      const shown = bytes === undefined ? 'file missing' : await largestFace(bytes, vision);
      if (typeof shown === 'string') skipped.push({ file: face.file, reason: shown });
      else {
        decided.push({ face, copy: undefined, who: whoOf(shown) });
        if (copies) decided.push(...(await decideCopies(face, bytes!, shown, vision)));
      }
      onProgress(i + 1);
    }
  } finally {
    await vision.close();
  }
  if (decided.length === 0)
    throw new FinalError('too_few_faces', `No face could be looked at. ${countReasons(skipped)}`.trim());
  return { decided, skipped };
}

async function decideCopies(face: AgedFace, bytes: Buffer, shown: Face, vision: Vision): Promise<Decided[]> {
  const seed = seedOf(bytes);
  const raw = await readRaw(bytes);
  const decided: Decided[] = [];
  for (const [k, copy] of copiesToTest(seed).entries()) {
    const changed = await largestFace(await makeCopy(copy, raw, shown, seed + k), vision);
    if (typeof changed !== 'string') decided.push({ face, copy, who: whoOf(changed) });
  }
  return decided;
}

async function largestFace(bytes: Buffer, vision: Vision): Promise<Face | Skipped['reason']> {
  const estimate = await vision.estimate(bytes).catch((error: unknown) => {
    if (gradeOf(error) === 'final') return undefined;
    throw error;
  });
  if (estimate === undefined) return 'unreadable';
  const area = ({ box: [x1, y1, x2, y2] }: Face) => (x2 - x1) * (y2 - y1);
  return estimate.faces.toSorted((a, b) => area(b) - area(a))[0] ?? 'no face found';
}

function whoOf(face: Face): WhoIsScored {
  return face.score === null ? face.unscored : 'adult';
}
