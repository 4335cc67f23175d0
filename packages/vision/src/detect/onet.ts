import type { InferenceSession } from 'onnxruntime-node';
import type { View } from '../turned.ts';
import type { Landmarks, Point } from '../vision.ts';
import type { Candidate } from './boxes.ts';
import { runOnCrops } from './crops.ts';
import { overSmaller, overUnion, suppress } from './nms.ts';

const CROPS = { side: 48, batch: 32 };
const OVERLAP = 0.7;
/** Two candidates with a higher intersection over union are the same face. It halves the crops and loses no face in 107 photos; 0.3 loses one. */
const SAME = 0.5;

export interface Detection extends Candidate {
  /** Photo pixels. */
  landmarks: Landmarks;
}

/** The last net of the cascade: finds the faces, with landmarks. @param candidates the most probable first */
export async function decide(
  net: InferenceSession,
  view: View,
  candidates: readonly Candidate[],
  threshold: number,
): Promise<Detection[]> {
  const faces: Detection[] = [];
  for (let waiting = candidates; waiting.length > 0; ) {
    const leading = waiting.filter((one, i) => !waiting.slice(0, i).some((better) => isSame(better, one)));
    const accepted = await runOnCrops(net, view, leading, { ...CROPS, threshold });
    for (const { candidate, box, probability, landmarks } of accepted)
      faces.push({ box, probability, landmarks: place(landmarks!, candidate.box) });
    waiting = waiting.filter(
      (one) => !leading.includes(one) && !accepted.some(({ candidate }) => isSame(candidate, one)),
    );
  }
  return suppress(faces, OVERLAP, overSmaller);
}

/** Whether `b` can be skipped if `a` is a face. */
function isSame(a: Candidate, b: Candidate): boolean {
  return overUnion(a.box, b.box) > SAME;
}

/** Brings landmarks from shares of the candidate's box to photo pixels; the -1 is the reference's. */
function place(marks: Float32Array, [x1, y1, x2, y2]: Candidate['box']): Landmarks {
  const width = x2 - x1 + 1;
  const height = y2 - y1 + 1;
  const point = (i: number): Point => [x1 + marks[i]! * width - 1, y1 + marks[i + 5]! * height - 1];
  return [point(0), point(1), point(2), point(3), point(4)];
}
