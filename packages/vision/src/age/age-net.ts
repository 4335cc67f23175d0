import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { fitSimilarity, invert } from '../align/similarity.ts';
import { template } from '../align/template.ts';
import { warp } from '../align/warp.ts';
import type { Detection, Landmarks } from '../detect/onet.ts';
import type { Mips } from '../mips.ts';
import { mirror } from '../mirror.ts';
import { openSession } from '../onnx.ts';

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

/** Estimates how old faces look; see `loadAgeNet`. Its figures are for deciding who is scored, and go nowhere else. */
export interface AgeNet {
  /** Years, face by face, or of their mirror images, which is a second opinion. */
  estimate(mips: Mips, faces: readonly Detection[], view: 'plain' | 'mirrored'): Promise<number[]>;
  close(): Promise<void>;
}

/** Opens age.onnx. Throws FatalError `model_unusable`. */
export async function loadAgeNet(modelsDir: string, threads: number): Promise<AgeNet> {
  const session = await openSession(join(modelsDir, 'age.onnx'), { threads, varyingShapes: true });
  return {
    async estimate(mips, faces, view) {
      const ages: number[] = [];
      for (let from = 0; from < faces.length; from += BATCH) {
        const batch = faces.slice(from, from + BATCH);
        const data = new Uint8Array(batch.length * BYTES);
        batch.forEach((face, i) => {
          cutFace(mips, face, data, i * BYTES);
          if (view === 'mirrored') mirror(data.subarray(i * BYTES, (i + 1) * BYTES), SIDE);
        });
        const { age } = await session.run({ faces: new Tensor('uint8', data, [batch.length, SIDE, SIDE, 3]) });
        ages.push(...(age!.data as Float32Array));
      }
      return ages;
    },
    close: () => session.release(),
  };
}

/** The face as the net wants it: upright, 112×112, RGB, in `out` from byte `at`. */
export function cutFace(mips: Mips, { landmarks }: Pick<Detection, 'landmarks'>, out: Uint8Array, at: number): void {
  warp(mips, invert(fitSimilarity(landmarks, PLACES)), SIDE, out, at);
}

function zoomed(place: number): number {
  return (place - SIDE / 2) * ZOOM + SIDE / 2;
}
