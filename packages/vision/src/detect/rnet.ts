import type { InferenceSession } from 'onnxruntime-node';
import type { View } from '../turned.ts';
import { type Candidate, square } from './boxes.ts';
import { runOnCrops } from './crops.ts';
import { overUnion, suppress } from './nms.ts';

const CROPS = { side: 24, batch: 128 };
/** The reference has 0.7, and gives O-Net twice as many candidates for the same faces. */
const OVERLAP = 0.6;

/** The second net of the cascade: drops most candidates and moves the others. */
export async function refine(
  net: InferenceSession,
  view: View,
  candidates: readonly Candidate[],
  threshold: number,
): Promise<Candidate[]> {
  const answers = await runOnCrops(net, view, candidates, { ...CROPS, threshold });
  const likely = answers.map(({ candidate, probability, box: moved }) => ({ box: candidate.box, probability, moved }));
  return suppress(likely, OVERLAP, overUnion).map(({ moved, probability }) => ({ box: square(moved), probability }));
}
