import { Tensor } from 'onnxruntime-node';
import type { ScorerInput } from './metadata.ts';

/** A model's batch of these chips: [chips, ...], or with `mirror` [2 · chips, ...], each chip followed by its mirror image. */
export function batchTensor(input: ScorerInput, chips: Uint8Array): Tensor {
  const { size, type } = input;
  const values = size * size * 3;
  const mirrored = input.mirror ? [false, true] : [false];
  const count = (chips.length / values) * mirrored.length;
  const data = type === 'uint8' ? new Uint8Array(count * values) : new Float32Array(count * values);
  for (let k = 0; k < count; k++) {
    const i = Math.floor(k / mirrored.length);
    const chip = chips.subarray(i * values, (i + 1) * values);
    fill(input, chip, mirrored[k % mirrored.length]!, data.subarray(k * values, (k + 1) * values));
  }
  if (data instanceof Float32Array) standardize(input, data);
  return new Tensor(type, data as never, [count, ...dimensions(input)]);
}

/** The model's input of one face: its dimensions without N. */
export function dimensions({ layout, size }: ScorerInput): number[] {
  if (layout === 'NCHW') return [3, size, size];
  return layout === 'NHWC' ? [size, size, 3] : [size / 2, size / 2, 12];
}

/** Writes one chip (RGB, rows top to bottom) in the model's layout and order of channels. */
function fill(
  { layout, size, channels }: ScorerInput,
  chip: Uint8Array,
  mirrored: boolean,
  out: Uint8Array | Float32Array,
): void {
  if (layout === 'NHWC' && channels === 'RGB' && !mirrored) {
    out.set(chip);
    return;
  }
  const channelStep = layout === 'NCHW' ? size * size : 1;
  const [red, green, blue] = channels === 'RGB' ? [0, 1, 2] : [2, 1, 0];
  const [r, g, b] = [red * channelStep, green * channelStep, blue * channelStep];
  const step = mirrored ? -3 : 3;
  for (let y = 0; y < size; y++) {
    const [start, even, odd] = row(layout, size, y);
    let to = start;
    let from = (y * size + (mirrored ? size - 1 : 0)) * 3;
    for (let x = 0; x < size; x++) {
      out[to + r] = chip[from]!;
      out[to + g] = chip[from + 1]!;
      out[to + b] = chip[from + 2]!;
      from += step;
      to += x % 2 === 0 ? even : odd;
    }
  }
}

/** (pixel - mean) / std, channel by channel. */
function standardize({ layout, size, mean, std }: ScorerInput, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const channel = layout === 'NCHW' ? Math.floor(i / size ** 2) % 3 : i % 3;
    values[i] = (values[i]! - mean[channel]!) / std[channel]!;
  }
}

/** Where row y begins, and the distance to the next pixel from an even and from an odd one. */
function row(layout: ScorerInput['layout'], size: number, y: number): [start: number, even: number, odd: number] {
  if (layout === 'NCHW') return [y * size, 1, 1];
  if (layout === 'NHWC') return [y * size * 3, 3, 3];
  return [(y >> 1) * size * 6 + (y % 2) * 6, 3, 9];
}
