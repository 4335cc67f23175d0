import type { InferenceSession } from 'onnxruntime-node';
import { picturesFor } from '../pictures.ts';
import type { View } from '../turned.ts';
import { type Candidate, regress, square } from './boxes.ts';
import { batches, cutOut } from './crops.ts';
import { overUnion, suppress } from './nms.ts';

const SIDE = 24;
const BATCH = 128;
/** The reference has 0.7, and gives O-Net twice as many candidates for the same faces. */
const OVERLAP = 0.6;

/** The second net of the cascade: drops most candidates and moves the others. Input `crops`, outputs `probability` and `regression`. */
export async function refine(
  net: InferenceSession,
  view: View,
  candidates: readonly Candidate[],
  threshold: number,
): Promise<Candidate[]> {
  const likely: (Candidate & { moved: Candidate['box'] })[] = [];
  for (const batch of batches(candidates, BATCH)) {
    const { crops, inside } = cutOut(view, batch, SIDE);
    if (inside.length === 0) continue;
    const { probability, regression } = await net.run({
      crops: picturesFor(net, view, crops, [inside.length, SIDE, SIDE]),
    });
    const p = probability!.data as Float32Array;
    const r = regression!.data as Float32Array;
    inside.forEach(({ box }, i) => {
      if (p[i]! <= threshold) return;
      const by: Candidate['box'] = [r[4 * i]!, r[4 * i + 1]!, r[4 * i + 2]!, r[4 * i + 3]!];
      likely.push({ box, probability: p[i]!, moved: regress(box, by, 1) });
    });
  }
  return suppress(likely, OVERLAP, overUnion).map(({ moved, probability }) => ({ box: square(moved), probability }));
}
