import { Tensor } from 'onnxruntime-node';
import type { ScorerInput } from './metadata.ts';

/** Fills a batch for the model from chips: [count (twice that if mirrored: each chip, then its mirror image), ...]. */
export function batchTensor(input: ScorerInput, chips: Uint8Array, from: number, count: number): Tensor {
  const { size, type } = input;
  const values = size * size * 3;
  const views = input.mirror ? 2 : 1;
  const data = type === 'uint8' ? new Uint8Array(count * views * values) : new Float32Array(count * views * values);
  for (let i = 0; i < count; i++) {
    const chip = chips.subarray((from + i) * values, (from + i + 1) * values);
    for (let view = 0; view < views; view++) fill(input, chip, view === 1, data, (i * views + view) * values);
  }
  const dims = input.layout === 'NHWC' ? [size, size, 3] : [3, size, size];
  return new Tensor(type, data as never, [count * views, ...dims]);
}

/** One chip (RGB, rows top to bottom) in the model's layout, order of channels and range. */
function fill(
  { layout, type, size, channels, mean, std }: ScorerInput,
  chip: Uint8Array,
  mirrored: boolean,
  out: Uint8Array | Float32Array,
  at: number,
): void {
  const nhwc = layout === 'NHWC';
  if (nhwc && type === 'uint8' && channels === 'RGB' && !mirrored) {
    out.set(chip, at);
    return;
  }
  const pixelStep = nhwc ? 3 : 1;
  const channelStep = nhwc ? 1 : size * size;
  for (let channel = 0; channel < 3; channel++) {
    const source = channels === 'RGB' ? channel : 2 - channel;
    const shift = type === 'float32' ? mean[channel]! : 0;
    const factor = type === 'float32' ? 1 / std[channel]! : 1;
    let to = at + channel * channelStep;
    for (let y = 0; y < size; y++) {
      let from = (y * size + (mirrored ? size - 1 : 0)) * 3 + source;
      const step = mirrored ? -3 : 3;
      for (let x = 0; x < size; x++) {
        out[to] = (chip[from]! - shift) * factor;
        from += step;
        to += pixelStep;
      }
    }
  }
}
