import { readFile } from 'node:fs/promises';
import { Detector } from '@attrai/vision/detect/detector';
import type { Detection } from '@attrai/vision/detect/onet';
import { type Mips, makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';
import { batchTensor } from '@attrai/vision/score/input';
import type { ScorerInput } from '@attrai/vision/score/metadata';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { openSession } from '../verify.ts';

/** How a net wants to see a face. */
export interface FaceCut {
  /** Side of the square picture, pixels. */
  side: number;
  /** Writes the picture to `out`, RGB. */
  cut(mips: Mips, face: Detection, out: Uint8Array): void;
}

/** Cuts the faces out of photos. @returns RGB, side × side × 3 bytes each */
export async function cutFaces(
  files: readonly string[],
  modelsDir: string,
  { side, cut }: FaceCut,
  onProgress: (done: number) => void = () => {},
): Promise<Uint8Array[]> {
  const detector = await Detector.open({ modelsDir });
  const pictures: Uint8Array[] = [];
  for (const [i, file] of files.entries()) {
    const mips = makeMips((await decodePhoto(await readFile(file))).pixels);
    for (const face of await detector.detect(mips)) {
      const picture = new Uint8Array(side ** 2 * 3);
      cut(mips, face, picture);
      pictures.push(picture);
    }
    onProgress(i + 1);
  }
  await detector.close();
  return pictures;
}

/** Each output's numbers, picture after picture. If the input is mirrored, the mirror image's numbers follow. */
export async function runOnPictures(
  model: Uint8Array | string,
  pictures: readonly Uint8Array[],
  input: ScorerInput,
): Promise<Record<string, Float32Array[]>> {
  const session = await openSession(model);
  const all: Record<string, Float32Array[]> = {};
  for (const picture of pictures) {
    await collect(session, batchTensor(input, picture), all);
  }
  await session.release();
  return all;
}

/** Runs a net on its one input, and adds each output's numbers to `all`. */
export async function collect(net: InferenceSession, input: Tensor, all: Record<string, Float32Array[]> = {}) {
  const outputs = await net.run({ [net.inputNames[0]!]: input });
  for (const [name, { data }] of Object.entries(outputs)) {
    all[name] ??= [];
    all[name].push(data as Float32Array);
  }
  return all;
}

/** A calibration's numbers are stored with so many digits. */
export function precise(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
