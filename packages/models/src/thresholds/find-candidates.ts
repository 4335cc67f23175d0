import { readFile } from 'node:fs/promises';
import { alignmentResidual } from '@attrai/vision/align/align';
import { Detector, REFERENCE_THRESHOLDS } from '@attrai/vision/detect/detector';
import type { Detection } from '@attrai/vision/detect/onet';
import { makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';

/** What the detector takes for a face at the lowest thresholds. */
export interface Candidate {
  /** O-Net's probabilities at its last and at its first look. */
  probability: number;
  first: number;
  /** Log-odds that half of it is covered. */
  covered: number;
  /** Alignment residual of the landmarks, pixels of the chip. */
  residual: number;
  /** Whether it counts as one of the faces that the photo has. */
  face: boolean;
}

/**
 * Looks for faces in photos with a known number of faces, with the thresholds of the published cascade. The largest candidates count as
 * the faces, any further one as a mistake.
 *
 * @param faces in each photo
 */
export async function findCandidates(
  files: readonly string[],
  faces: number,
  modelsDir: string,
  onProgress: (done: number) => void = () => {},
): Promise<Candidate[]> {
  const detector = await Detector.open({ modelsDir, thresholds: REFERENCE_THRESHOLDS });
  const candidates: Candidate[] = [];
  try {
    for (const [i, file] of files.entries()) {
      const { pixels } = await decodePhoto(await readFile(file));
      const found = (await detector.detect(makeMips(pixels))).toSorted((a, b) => area(b) - area(a));
      for (const [place, { probability, first, covered, landmarks }] of found.entries()) {
        const residual = alignmentResidual(landmarks);
        candidates.push({ probability, first: first.probability, covered, residual, face: place < faces });
      }
      onProgress(i + 1);
    }
  } finally {
    await detector.close();
  }
  return candidates;
}

function area({ box: [x1, y1, x2, y2] }: Detection): number {
  return (x2 - x1) * (y2 - y1);
}
