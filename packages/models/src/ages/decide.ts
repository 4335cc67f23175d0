import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FinalError } from '@attrai/contracts/errors';
import type { WhoIsScored } from '@attrai/vision/age/who-is-scored';
import { loadVision } from '@attrai/vision/load-vision';
import type { Face, Vision } from '@attrai/vision/vision';
import { copiesToTest, makeCopy, seedOf } from '../guard/copies.ts';
import { readRaw } from '../raw.ts';
import { countReasons, orUnreadable, type Reason, readEach, type Skipped } from '../skipped.ts';
import type { AgedFace, Decided } from './age-table.ts';

/**
 * Lets the whole pipeline decide whether the largest face of each picture is scored.
 *
 * @param copies also decide about changed copies: with drawn glasses, blurred, small, ... Copies in which no face is found don't count.
 * @throws FinalError `too_few_faces` if there is no face at all
 */
export async function decideFaces(
  faces: readonly AgedFace[],
  { imageDir, modelsDir, copies }: { imageDir: string; modelsDir: string; copies: boolean },
  onProgress: (done: number) => void,
): Promise<{ decided: Decided[]; skipped: Skipped[] }> {
  const vision = await loadVision({ modelsDir });
  const decide = async (face: AgedFace): Promise<Decided[] | Reason> => {
    const bytes = await readFile(path.join(imageDir, face.file)).catch(() => undefined);
    if (bytes === undefined) return 'file missing';
    const shown = await largestFace(bytes, vision);
    if (typeof shown === 'string') return shown;
    const changed = copies ? await decideCopies(face, bytes, shown, vision) : [];
    return [{ face, copy: undefined, who: whoOf(shown) }, ...changed];
  };
  try {
    const { found, skipped } = await readEach(faces, decide, onProgress);
    if (found.length > 0) return { decided: found.flat(), skipped };
    throw new FinalError('too_few_faces', `No face could be looked at. ${countReasons(skipped)}`.trim());
  } finally {
    await vision.close();
  }
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

async function largestFace(bytes: Buffer, vision: Vision): Promise<Face | Reason> {
  const estimate = await orUnreadable(vision.estimate(bytes));
  if (estimate === 'unreadable') return estimate;
  const area = ({ box: [x1, y1, x2, y2] }: Face) => (x2 - x1) * (y2 - y1);
  return estimate.faces.toSorted((a, b) => area(b) - area(a))[0] ?? 'no face found';
}

function whoOf(face: Face): WhoIsScored {
  return face.score === null ? face.unscored : 'adult';
}
