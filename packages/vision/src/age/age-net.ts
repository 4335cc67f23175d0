import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { fitSimilarity, invert, type Similarity } from '../align/similarity.ts';
import { template } from '../align/template.ts';
import { warp } from '../align/warp.ts';
import type { Detection } from '../detect/onet.ts';
import type { Mips } from '../mips.ts';
import { openSession } from '../onnx.ts';
import { picturesFor } from '../pictures.ts';
import { multipliesBytes } from '../processor.ts';
import type { Landmarks } from '../vision.ts';

/** Side of the picture that the net takes, pixels. */
const SIDE = 112;
const BYTES = SIDE * SIDE * 3;

/** Faces in one run. More are not faster per face. */
const BATCH = 8;

/**
 * The face's size relative to the scorer's chip, which shows more around the face than the boxes that the net was trained on. Of the
 * sizes from 0.75 to 1.65, this one had the least error on 1,004 portraits, also when they were turned, dark, blurred or tiny. The
 * detector's boxes, made smaller by a tenth, do as well on upright faces, but miss a fifth of the children turned by 40°.
 */
const ZOOM = 1.25;

/** Where the landmarks belong in the picture. */
const PLACES = template(SIDE).map(([x, y]) => [zoomed(x), zoomed(y)]) as Landmarks;

/** Estimates how old faces look, in years. These figures only decide who is scored, and go nowhere else. */
export class AgeNet {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** Opens age-int8.onnx if the processor multiplies bytes, else age.onnx. Throws FatalError `model_unusable`. */
  static async open(modelsDir: string, threads: number): Promise<AgeNet> {
    const file = multipliesBytes() ? 'age-int8.onnx' : 'age.onnx';
    return new AgeNet(await openSession(join(modelsDir, file), { threads, varyingShapes: true }));
  }

  /** The years of each face. In int8 they differ from those in float32 by up to some three years. */
  async estimate(mips: Mips, faces: readonly Pick<Detection, 'landmarks'>[]): Promise<number[]> {
    const years: number[] = [];
    for (let from = 0; from < faces.length; from += BATCH) {
      const batch = faces.slice(from, from + BATCH);
      const data = new Uint8Array(batch.length * BYTES);
      for (const [i, face] of batch.entries()) data.set(cutFace(mips, face), i * BYTES);
      const { age } = await this.#session.run({
        faces: picturesFor(this.#session, mips, data, [batch.length, SIDE, SIDE]),
      });
      years.push(...(age!.data as Float32Array));
    }
    return years;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Cuts a face out as the net wants it: upright, 112×112, RGB. */
export function cutFace(mips: Mips, { landmarks }: Pick<Detection, 'landmarks'>): Uint8Array {
  const toPhoto = invert(fitSimilarity(landmarks, PLACES));
  const picture = new Uint8Array(BYTES);
  const isEnlarged = Math.hypot(toPhoto.a, toPhoto.b) < 1;
  if (isEnlarged) warpSoftly(mips, toPhoto, picture);
  else warp(mips, toPhoto, SIDE, picture);
  return picture;
}

/** Half a photo pixel to each side. */
const AROUND = [-0.5, 0.5];

/**
 * The mean of four pictures, half a photo pixel apart. JPEG's traces in a small face, once enlarged, add years: a third of the teenagers
 * among small faces would be scored (packages/models/age.card.md).
 */
function warpSoftly(mips: Mips, toPhoto: Similarity, out: Uint8Array): void {
  // 2, so that the division by 4 rounds.
  const sums = new Uint16Array(BYTES).fill(2);
  for (const dx of AROUND) {
    for (const dy of AROUND) {
      warp(mips, { ...toPhoto, tx: toPhoto.tx + dx, ty: toPhoto.ty + dy }, SIDE, out);
      for (let i = 0; i < BYTES; i++) sums[i]! += out[i]!;
    }
  }
  for (let i = 0; i < BYTES; i++) out[i] = sums[i]! / 4;
}

function zoomed(place: number): number {
  return (place - SIDE / 2) * ZOOM + SIDE / 2;
}
