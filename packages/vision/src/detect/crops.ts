import type { InferenceSession } from 'onnxruntime-node';
import { picturesFor } from '../pictures.ts';
import { sampleRect } from '../sample.ts';
import type { View } from '../turned.ts';
import type { Box } from '../vision.ts';
import { type Candidate, cropEdges, regress } from './boxes.ts';

/** A candidate that R-Net or O-Net accepts. */
export interface Answer {
  candidate: Candidate;
  probability: number;
  /** The candidate's box, moved by the net's regression. */
  box: Box;
  /** O-Net's landmarks in shares of the candidate's box: x0..x4, y0..y4. */
  landmarks: Float32Array | undefined;
}

/**
 * Runs R-Net or O-Net on candidates, and gives those with a probability above the threshold. Candidates outside the photo are left out.
 *
 * @param batch candidates in one run, so that a crowd needs no more memory
 */
export async function runOnCrops(
  net: InferenceSession,
  view: View,
  candidates: readonly Candidate[],
  { side, batch, threshold }: { side: number; batch: number; threshold: number },
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < candidates.length; at += batch) {
    const { crops, inside } = cutOut(view, candidates.slice(at, at + batch), side);
    if (inside.length === 0) continue;
    const outputs = await net.run({ crops: picturesFor(net, view, crops, [inside.length, side, side]) });
    const [probability, regression, landmarks] = ['probability', 'regression', 'landmarks'].map(
      (name) => outputs[name]?.data as Float32Array,
    );
    inside.forEach((candidate, i) => {
      if (probability![i]! <= threshold) return;
      const by = [...regression!.subarray(4 * i, 4 * i + 4)] as Box;
      const box = regress(candidate.box, by, 1);
      const marks = landmarks?.subarray(10 * i, 10 * i + 10);
      answers.push({ candidate, probability: probability![i]!, box, landmarks: marks });
    });
  }
  return answers;
}

/**
 * Cuts the candidates out of the photo and scales them to side × side.
 * Returns the crops (RGB, side × side × 3 bytes each, one after another) and the candidates they show: those that lie inside the photo.
 */
export function cutOut(
  view: View,
  candidates: readonly Candidate[],
  side: number,
): { crops: Uint8Array; inside: Candidate[] } {
  const { photo } = view;
  const inside: Candidate[] = [];
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
