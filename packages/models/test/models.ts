import path from 'node:path';
import { modelsDir } from '@attrai/vision/test/paths';
import ort from 'onnxruntime-node';
import { openSession } from '../src/verify.ts';

/** Runs a model once; outputs by name. @param file its name, such as `pnet.onnx` */
export async function run(file: string, input: string, data: Uint8Array, shape: number[]) {
  const session = await openSession(path.join(modelsDir, file));
  try {
    const outputs = await session.run({ [input]: new ort.Tensor('uint8', data, shape) });
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data: numbers, dims }]) => [name, { data: numbers as Float32Array, dims }]),
    );
  } finally {
    await session.release();
  }
}

/** The largest difference between two lists of numbers; infinite where their lengths differ. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((x, y) => Math.max(x, y), 0);
}
