import { dequantize, permute, type StoredTensor } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';

/** The net was trained on (x - mean) / 255, RGB. */
const MEAN = [122.782, 117.001, 104.298] as const;
const RANGE = 255;

/** A convolution of the face net: its filters as they are stored, and the factors to multiply them with. */
export interface ScaledFilters {
  /** In TensorFlow's order: [height, width, inputs, outputs]. */
  stored: StoredTensor;
  /** One factor for each output: the scaling that follows the convolution. */
  scale: Float32Array;
  /** One for each output, with everything folded in. */
  bias: Float32Array;
}

/**
 * Reads a convolution and folds in the scaling after it and, for `raw`, the normalising before it.
 *
 * @param raw the input is the photo's 0 to 255; exact only if nothing is padded
 */
export function scaledFilters(weights: Weights, name: string, raw: boolean): ScaledFilters {
  const stored = weights.stored(`${name}/conv/filters`);
  const scale = weights.float(`${name}/scale/weights`).data;
  const shift = weights.float(`${name}/scale/biases`).data;
  const darkening = raw ? responseToMean(stored) : undefined;
  const unscaled = weights.float(`${name}/conv/bias`).data;
  const bias = unscaled.map((b, o) => (b - (darkening?.[o] ?? 0)) * scale[o]! + shift[o]!);
  return { stored, scale: raw ? scale.map((s) => s / RANGE) : scale, bias };
}

/** Row-major [outputs, inputs, height, width], as ONNX has filters. */
export function filterShape({ shape }: StoredTensor): [number, number, number, number] {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  return [outputs, inputs, height, width];
}

/** The scaled filters: float32, [outputs, inputs, height, width]. */
export function floatFilters({ stored, scale }: ScaledFilters): Float32Array {
  const data = permute(dequantize(stored).data, stored.shape, [3, 2, 0, 1]);
  const size = data.length / scale.length;
  return data.map((weight, i) => weight * scale[Math.floor(i / size)]!);
}

/** The response of each output to the mean colour. */
function responseToMean(stored: StoredTensor): Float64Array {
  const { data, shape } = dequantize(stored);
  const [, , inputs, outputs] = shape as [number, number, number, number];
  const response = new Float64Array(outputs);
  data.forEach((weight, i) => {
    const channel = Math.floor(i / outputs) % inputs;
    response[i % outputs]! += (weight * MEAN[channel]!) / RANGE;
  });
  return response;
}
