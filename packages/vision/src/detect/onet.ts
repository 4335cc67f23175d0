import type { InferenceSession } from 'onnxruntime-node';
import { picturesFor } from '../pictures.ts';
import type { View } from '../turned.ts';
import type { Landmarks, Point } from '../vision.ts';
import { type Candidate, regress } from './boxes.ts';
import { batches, cutOut } from './crops.ts';
import { overSmaller, overUnion, suppress } from './nms.ts';

const SIDE = 48;
const BATCH = 32;
const OVERLAP = 0.7;
/** Intersection over union above which two candidates are the same face. It halves the crops and loses no face in 107 photos; 0.3 loses one. */
const SAME = 0.5;

export interface Detection extends Candidate {
  /** Photo pixels. */
  landmarks: Landmarks;
}

/**
 * The last net of the cascade: the faces, with landmarks. Input `crops`, outputs `probability`, `regression` and `landmarks` (x0..x4, y0..y4).
 *
 * @param candidates the most probable first
 */
export async function decide(
  net: InferenceSession,
  view: View,
  candidates: readonly Candidate[],
  threshold: number,
): Promise<Detection[]> {
  const faces: Detection[] = [];
  for (let waiting = candidates; waiting.length > 0; ) {
    const leading = waiting.filter((one, i) => !waiting.slice(0, i).some((better) => isSame(better, one)));
    const judged = await judge(net, view, leading);
    const accepted = judged.filter(({ face }) => face.probability > threshold);
    faces.push(...accepted.map(({ face }) => face));
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

/** Runs O-Net on candidates. Those outside the photo are left out. */
async function judge(
  net: InferenceSession,
  view: View,
  candidates: readonly Candidate[],
): Promise<{ candidate: Candidate; face: Detection }[]> {
  const judged: { candidate: Candidate; face: Detection }[] = [];
  for (const batch of batches(candidates, BATCH)) {
    const { crops, inside } = cutOut(view, batch, SIDE);
    if (inside.length === 0) continue;
    const { probability, regression, landmarks } = await net.run({
      crops: picturesFor(net, view, crops, [inside.length, SIDE, SIDE]),
    });
    const p = probability!.data as Float32Array;
    const r = regression!.data as Float32Array;
    const marks = landmarks!.data as Float32Array;
    inside.forEach((candidate, i) => {
      const { box } = candidate;
      judged.push({
        candidate,
        face: {
          box: regress(box, [r[4 * i]!, r[4 * i + 1]!, r[4 * i + 2]!, r[4 * i + 3]!], 1),
          probability: p[i]!,
          landmarks: place(marks.subarray(10 * i, 10 * i + 10), box),
        },
      });
    });
  }
  return judged;
}

/** Landmarks from shares of the candidate's box to photo pixels; the -1 is the reference's. */
function place(marks: Float32Array, [x1, y1, x2, y2]: Candidate['box']): Landmarks {
  const width = x2 - x1 + 1;
  const height = y2 - y1 + 1;
  const point = (i: number): Point => [x1 + marks[i]! * width - 1, y1 + marks[i + 5]! * height - 1];
  return [point(0), point(1), point(2), point(3), point(4)];
}
