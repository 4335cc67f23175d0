import type { InferenceSession } from 'onnxruntime-node';
import type { Mips } from '../mips.ts';
import type { Point } from '../vision.ts';
import { type Candidate, regress } from './boxes.ts';
import { batches, cutOut } from './crops.ts';
import { overSmaller, suppress } from './nms.ts';
import { picturesFor } from './pictures.ts';

const SIDE = 48;
const BATCH = 32;
const OVERLAP = 0.7;

/** Left eye, right eye, nose, left and right mouth corner as seen in the photo; photo pixels. */
export type Landmarks = [Point, Point, Point, Point, Point];

export interface Detection extends Candidate {
  landmarks: Landmarks;
}

/** The last net of the cascade: the faces, with landmarks. Input `crops`, outputs `probability`, `regression` and `landmarks` (x0..x4, y0..y4). */
export async function decide(
  net: InferenceSession,
  mips: Mips,
  candidates: readonly Candidate[],
  threshold: number,
): Promise<Detection[]> {
  const faces: Detection[] = [];
  for (const batch of batches(candidates, BATCH)) {
    const { crops, inside } = cutOut(mips, batch, SIDE);
    if (inside.length === 0) continue;
    const { probability, regression, landmarks } = await net.run({
      crops: picturesFor(net, mips, crops, [inside.length, SIDE, SIDE]),
    });
    const p = probability!.data as Float32Array;
    const r = regression!.data as Float32Array;
    const marks = landmarks!.data as Float32Array;
    inside.forEach(({ box }, i) => {
      if (p[i]! <= threshold) return;
      faces.push({
        box: regress(box, [r[4 * i]!, r[4 * i + 1]!, r[4 * i + 2]!, r[4 * i + 3]!], 1),
        probability: p[i]!,
        landmarks: place(marks.subarray(10 * i, 10 * i + 10), box),
      });
    });
  }
  return suppress(faces, OVERLAP, overSmaller);
}

/** Landmarks from shares of the candidate's box to photo pixels; the -1 is the reference's. */
function place(marks: Float32Array, [x1, y1, x2, y2]: Candidate['box']): Landmarks {
  const width = x2 - x1 + 1;
  const height = y2 - y1 + 1;
  const point = (i: number): Point => [x1 + marks[i]! * width - 1, y1 + marks[i + 5]! * height - 1];
  return [point(0), point(1), point(2), point(3), point(4)];
}
