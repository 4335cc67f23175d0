import { Tensor } from 'onnxruntime-node';
import type { Kernels } from '../kernels/kernels.ts';
import { dimensions } from './input.ts';
import type { ScorerInput } from './metadata.ts';

/** How far the kernels read or write past a picture. */
const OVERRUN = 16;

/** Whether `blocksTensor` can be had in place of `batchTensor`: for the project's own nets in bytes. */
export function takesBlocks({ layout, type, channels }: ScorerInput): boolean {
  return layout === 'blocks' && type === 'uint8' && channels === 'RGB';
}

/** The same as `batchTensor`, in a fifth of the time. It lies in the memory of `kernels`, and is valid until they are used again. */
export function blocksTensor(
  input: ScorerInput,
  chips: Uint8Array,
  from: number,
  count: number,
  kernels: Kernels,
): Tensor {
  const { size, mirror } = input;
  const chip = size * size * 3;
  const views = mirror ? 2 : 1;
  const to = count * chip + OVERRUN;
  const end = to + count * views * chip;
  const memory = kernels.memory(end + OVERRUN);
  memory.set(chips.subarray(from * chip, (from + count) * chip));
  for (let i = 0; i < count; i++) {
    const out = to + i * views * chip;
    kernels.blocks(i * chip, size, size, out);
    if (mirror) kernels.mirroredBlocks(i * chip, size, size, out + chip);
  }
  return new Tensor('uint8', memory.subarray(to, end), [count * views, ...dimensions(input)]);
}
