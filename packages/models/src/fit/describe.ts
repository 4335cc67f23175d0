import path from 'node:path';
import { align } from '@attrai/vision/align/align';
import { batchTensor } from '@attrai/vision/score/input';
import type { InferenceSession } from 'onnxruntime-node';
import { CHIP_SIDE, FEATURES } from '../nets/face-net.ts';
import { FACE_NET_INPUT } from '../nets/scorer.ts';
import { openSession } from '../verify.ts';
import type { MainFace } from './main-face.ts';

const CHIP_BYTES = CHIP_SIDE ** 2 * 3;

/** The face net's features of faces, in float32. */
export class FaceDescriber {
  readonly #net: InferenceSession;

  private constructor(net: InferenceSession) {
    this.#net = net;
  }

  static async open(modelsDir: string): Promise<FaceDescriber> {
    return new FaceDescriber(await openSession(path.join(modelsDir, 'features.onnx')));
  }

  /** For each padding [2208] features of the face's chip, and of the chip's mirror image. */
  async describe({ mips, face }: MainFace, paddings: readonly number[]) {
    const chips = new Uint8Array(paddings.length * CHIP_BYTES);
    for (const [i, padding] of paddings.entries())
      align(mips, face.landmarks, { side: CHIP_SIDE, padding }, chips.subarray(i * CHIP_BYTES));
    const { features } = await this.#net.run({ chips: batchTensor(FACE_NET_INPUT, chips) });
    const all = features!.data as Float32Array;
    return paddings.map((_, i) => ({
      chip: all.slice(2 * i * FEATURES, (2 * i + 1) * FEATURES),
      mirrored: all.slice((2 * i + 1) * FEATURES, (2 * i + 2) * FEATURES),
    }));
  }

  async close(): Promise<void> {
    await this.#net.release();
  }
}
