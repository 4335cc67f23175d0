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
  if (data instanceof Float32Array) standardize(input, data);
  return new Tensor(type, data as never, [count * views, ...dimensions(input)]);
}

/** Of one face: what follows N in the model's input. */
export function dimensions({ layout, size }: ScorerInput): number[] {
  if (layout === 'NCHW') return [3, size, size];
  return layout === 'NHWC' ? [size, size, 3] : [size / 2, size / 2, 12];
}

/** One chip (RGB, rows top to bottom) in the model's layout and order of channels. */
function fill(
  { layout, size, channels }: ScorerInput,
  chip: Uint8Array,
  mirrored: boolean,
  out: Uint8Array | Float32Array,
  at: number,
): void {
  if (layout === 'NHWC' && channels === 'RGB' && !mirrored) {
    out.set(chip, at);
    return;
  }
  const channelStep = layout === 'NCHW' ? size * size : 1;
  const [red, green, blue] = channels === 'RGB' ? [0, 1, 2] : [2, 1, 0];
  const [r, g, b] = [red * channelStep, green * channelStep, blue * channelStep];
  const step = mirrored ? -3 : 3;
  for (let y = 0; y < size; y++) {
    const [start, even, odd] = row(layout, size, y);
    let to = at + start;
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

/** (pixel - mean) / std, by channel of the model. */
function standardize({ layout, size, mean, std }: ScorerInput, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const channel = layout === 'NCHW' ? Math.floor(i / size ** 2) % 3 : i % 3;
    values[i] = (values[i]! - mean[channel]!) / std[channel]!;
  }
}

/** Where a row of pixels begins, and how far it is to the next pixel from an even and from an odd one. */
function row(layout: ScorerInput['layout'], size: number, y: number): [start: number, even: number, odd: number] {
  if (layout === 'NCHW') return [y * size, 1, 1];
  if (layout === 'NHWC') return [y * size * 3, 3, 3];
  return [(y >> 1) * size * 6 + (y % 2) * 6, 3, 9];
}
