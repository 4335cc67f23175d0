import { dequantize, permute, type StoredTensor } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';

/** The net was trained on (x - mean) / 255, RGB. */
const MEAN = [122.782, 117.001, 104.298] as const;
const RANGE = 255;

/** A convolution of the face net: its filters as they are stored, and what they are to be multiplied with. */
export interface ScaledFilters {
  /** In TensorFlow's order: [height, width, inputs, outputs]. */
  stored: StoredTensor;
  /** One factor for each output: the scaling that follows the convolution. */
  scale: Float32Array;
  /** One for each output, with everything folded in. */
  bias: Float32Array;
}

/**
 * The scaling behind the convolution, and for `raw` also the normalising before it, are folded in.
 *
 * @param raw the input is 0..255 as it is in the photo; exact only where nothing is padded
 */
export function scaledFilters(weights: Weights, name: string, raw: boolean): ScaledFilters {
  const stored = weights(`${name}/conv/filters`);
  const scale = dequantize(weights(`${name}/scale/weights`)).data;
  const shift = dequantize(weights(`${name}/scale/biases`)).data;
  const darkening = raw ? responseToMean(stored) : undefined;
  const bias = dequantize(weights(`${name}/conv/bias`)).data.map(
    (b, o) => (b - (darkening?.[o] ?? 0)) * scale[o]! + shift[o]!,
  );
  return { stored, scale: raw ? scale.map((s) => s / RANGE) : scale, bias };
}

/** Row-major [outputs, inputs, height, width], as ONNX has filters. */
export function filterShape({ shape }: StoredTensor): [number, number, number, number] {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  return [outputs, inputs, height, width];
}

/** The filters as they work: float32, [outputs, inputs, height, width], scaled. */
export function floatFilters({ stored, scale }: ScaledFilters): Float32Array {
  const data = permute(dequantize(stored).data, stored.shape, [3, 2, 0, 1]);
  const size = data.length / scale.length;
  return data.map((weight, i) => weight * scale[Math.floor(i / size)]!);
}

/** What the mean colour alone adds to each output. */
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
