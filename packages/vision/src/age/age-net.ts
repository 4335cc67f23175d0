import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { fitSimilarity, invert, type Similarity } from '../align/similarity.ts';
import { template } from '../align/template.ts';
import { warp } from '../align/warp.ts';
import type { Detection, Landmarks } from '../detect/onet.ts';
import type { Mips } from '../mips.ts';
import { mirror } from '../mirror.ts';
import { openSession } from '../onnx.ts';
import { picturesFor } from '../pictures.ts';
import { multipliesBytes } from '../processor.ts';

/** Side of the picture that the net takes, pixels. */
const SIDE = 112;
const BYTES = SIDE * SIDE * 3;

/** Faces in one run: more get no cheaper. */
const BATCH = 8;

/**
 * The face's size relative to the scorer's chip, which has more around it than the boxes that the net was trained on. Of the
 * sizes tried on 1,004 portraits, 0.75 to 1.65, this one errs least, also when they are turned, dark, blurred or tiny. The
 * detector's boxes, made smaller by a tenth, do as well while faces are upright, and miss a fifth of the children turned by 40°.
 */
const ZOOM = 1.25;

/** Where the landmarks belong. */
const PLACES = template(SIDE).map(([x, y]) => [zoomed(x), zoomed(y)]) as Landmarks;

/** Estimates how old faces look; see `loadAgeNet`. Its figures, years, are for deciding who is scored, and go nowhere else. */
export interface AgeNet {
  /** Quickly: in bytes where the processor multiplies them, which is up to some two years off. */
  screen(mips: Mips, faces: readonly Detection[]): Promise<number[]>;
  /** Carefully: the mean of a face and its mirror image, in float32. */
  estimate(mips: Mips, faces: readonly Detection[]): Promise<number[]>;
  close(): Promise<void>;
}

/** Opens age.onnx and age-int8.onnx. Throws FatalError `model_unusable`. */
export async function loadAgeNet(modelsDir: string, threads: number): Promise<AgeNet> {
  const open = (file: string) => openSession(join(modelsDir, file), { threads, varyingShapes: true });
  const careful = await open('age.onnx');
  const quick = multipliesBytes() ? await open('age-int8.onnx') : careful;
  return {
    screen: (mips, faces) => askAll(quick, mips, faces, [AS_IT_IS]),
    estimate: (mips, faces) => askAll(careful, mips, faces, [AS_IT_IS, mirror]),
    async close() {
      await Promise.all([...new Set([quick, careful])].map((session) => session.release()));
    },
  };
}

/** Turns a picture of side × side pixels into another. */
type View = (picture: Uint8Array, side: number) => void;
const AS_IT_IS: View = () => {};

/** Face by face, the mean over the views. */
async function askAll(
  session: InferenceSession,
  mips: Mips,
  faces: readonly Detection[],
  views: readonly View[],
): Promise<number[]> {
  const ages: number[] = [];
  for (let from = 0; from < faces.length; from += BATCH) {
    const pictures = faces.slice(from, from + BATCH).flatMap((face) => views.map((view) => ({ face, view })));
    const data = new Uint8Array(pictures.length * BYTES);
    pictures.forEach(({ face, view }, i) => {
      cutFace(mips, face, data, i * BYTES);
      view(data.subarray(i * BYTES, (i + 1) * BYTES), SIDE);
    });
    const { age } = await session.run({ faces: picturesFor(session, mips, data, [pictures.length, SIDE, SIDE]) });
    const years = age!.data as Float32Array;
    for (let at = 0; at < years.length; at += views.length) ages.push(mean(years.subarray(at, at + views.length)));
  }
  return ages;
}

function mean(years: Float32Array): number {
  return years.reduce((sum, one) => sum + one, 0) / years.length;
}

/** The face as the net wants it: upright, 112×112, RGB, in `out` from byte `at`. */
export function cutFace(mips: Mips, { landmarks }: Pick<Detection, 'landmarks'>, out: Uint8Array, at: number): void {
  const toPhoto = invert(fitSimilarity(landmarks, PLACES));
  const isEnlarged = Math.hypot(toPhoto.a, toPhoto.b) < 1;
  if (isEnlarged) warpSoftly(mips, toPhoto, out, at);
  else warp(mips, toPhoto, SIDE, out, at);
}

/** Half a photo pixel to each side. */
const AROUND = [
  [-0.5, -0.5],
  [0.5, -0.5],
  [-0.5, 0.5],
  [0.5, 0.5],
] as const;

/**
 * The mean of four looks. Enlarged as they are, what JPEG makes of small faces adds years: of faces of 60 to 110 px rated 13 to 17,
 * 17 % were scored, and so 3 %.
 */
function warpSoftly(mips: Mips, toPhoto: Similarity, out: Uint8Array, at: number): void {
  const sums = new Uint16Array(BYTES).fill(AROUND.length / 2);
  for (const [dx, dy] of AROUND) {
    warp(mips, { ...toPhoto, tx: toPhoto.tx + dx, ty: toPhoto.ty + dy }, SIDE, out, at);
    for (let i = 0; i < BYTES; i++) sums[i]! += out[at + i]!;
  }
  for (let i = 0; i < BYTES; i++) out[at + i] = sums[i]! / AROUND.length;
}

function zoomed(place: number): number {
  return (place - SIDE / 2) * ZOOM + SIDE / 2;
}
