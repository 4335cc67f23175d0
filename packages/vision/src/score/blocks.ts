import { Tensor } from 'onnxruntime-node';
import type { Kernels } from '../kernels/kernels.ts';
import { dimensions } from './input.ts';
import type { ScorerInput } from './metadata.ts';

/** How far the kernels read or write past a picture. */
const OVERRUN = 16;

/** Whether `blocksTensor` can replace `batchTensor`: it can for the project's own int8 nets. */
export function takesBlocks({ layout, type, channels }: ScorerInput): boolean {
  return layout === 'blocks' && type === 'uint8' && channels === 'RGB';
}

/** The same as `batchTensor`, in a fifth of the time. The tensor lies in the kernels' memory, and is valid until they are used again. */
export function blocksTensor(input: ScorerInput, chips: Uint8Array, kernels: Kernels): Tensor {
  const { size, mirror } = input;
  const chip = size * size * 3;
  const views = mirror ? 2 : 1;
  const to = chips.length + OVERRUN;
  const end = to + views * chips.length;
  const memory = kernels.memory(end + OVERRUN);
  memory.set(chips);
  for (let at = 0; at < chips.length; at += chip) {
    const out = to + views * at;
    kernels.wasm.blocks(at, size, size, out);
    if (mirror) kernels.wasm.mirroredBlocks(at, size, size, out + chip);
  }
  return new Tensor('uint8', memory.subarray(to, end), [(views * chips.length) / chip, ...dimensions(input)]);
}
