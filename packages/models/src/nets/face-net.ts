import type { Graph, Value } from '../onnx/graph.ts';
import { DATA_TYPE } from '../onnx/schema.ts';
import { dequantize, isQuantized, permute } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';

/** Side of the square chip, pixels. */
export const CHIP_SIDE = 150;
/** Numbers that the stages' global averages make together: 32 + 64 + 128 + 256 + 256. */
export const FEATURES = 736;
export const EMBEDDING = 128;

/** The net was trained on (x - mean) / 255, RGB. */
const MEAN = [122.782, 117.001, 104.298] as const;
const RANGE = 255;

/** Blocks between two global averages; the first block of a stage halves the sides. */
const STAGES = [
  ['conv32_1', 'conv32_2', 'conv32_3'],
  ['conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ['conv128_down', 'conv128_1', 'conv128_2'],
  ['conv256_down', 'conv256_1', 'conv256_2'],
  ['conv256_down_out'],
] as const;

/** How a block that halves the sides makes its two branches fit: as dlib does, with zeros. */
const DOWN: Record<string, { addedChannels: number; addedEdge: number }> = {
  conv64_down: { addedChannels: 32, addedEdge: 0 },
  conv128_down: { addedChannels: 64, addedEdge: 0 },
  conv256_down: { addedChannels: 128, addedEdge: 1 },
  conv256_down_out: { addedChannels: 0, addedEdge: 1 },
};

/**
 * dlib's ResNet-34 for faces, up to its pooled stages.
 *
 * @param chips uint8 [N,150,150,3] RGB
 * @returns `features` [N,736], the five stages' global averages, and `last` [N,256], the last of them
 */
export function addFaceNet(graph: Graph, weights: Weights, chips: Value): { features: Value; last: Value } {
  const net = new FaceNet(graph, weights);
  let x = net.begin(chips);
  const averages: Value[] = [];
  for (const stage of STAGES) {
    for (const block of stage) x = block in DOWN ? net.blockDown(x, block) : net.block(x, block);
    averages.push(graph.node('Flatten', [graph.node('GlobalAveragePool', [x])], { axis: 1 }));
  }
  return { features: graph.node('Concat', averages, { axis: 1 }, 'features'), last: averages.at(-1)! };
}

/** `last` [N,256] → `embedding` float32 [N,128], in which two photos of a person are less than 0.6 apart. */
export function addEmbedding(graph: Graph, weights: Weights, last: Value): Value {
  const { data, shape } = dequantize(weights('fc'));
  return graph.node('MatMul', [last, graph.constant(data, shape)], {}, 'embedding');
}

class FaceNet {
  readonly #graph: Graph;
  readonly #weights: Weights;

  constructor(graph: Graph, weights: Weights) {
    this.#graph = graph;
    this.#weights = weights;
  }

  begin(chips: Value): Value {
    const float = this.#graph.node('Cast', [chips], { to: DATA_TYPE.float32 });
    const planes = this.#graph.node('Transpose', [float], { perm: [0, 3, 1, 2] });
    const x = this.#relu(this.#convolve(planes, 'conv32_down', { stride: 2, padding: 0, raw: true }));
    return this.#graph.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2] });
  }

  block(x: Value, name: string): Value {
    const y = this.#relu(this.#convolve(x, `${name}/conv1`, { stride: 1, padding: 1 }));
    const z = this.#convolve(y, `${name}/conv2`, { stride: 1, padding: 1 });
    return this.#relu(this.#graph.node('Add', [z, x]));
  }

  blockDown(x: Value, name: string): Value {
    const { addedChannels, addedEdge } = DOWN[name]!;
    const y = this.#relu(this.#convolve(x, `${name}/conv1`, { stride: 2, padding: 0 }));
    const z = this.#convolve(y, `${name}/conv2`, { stride: 1, padding: 1 });
    const pooled = this.#graph.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    return this.#relu(
      this.#graph.node('Add', [this.#zerosBehind(z, 0, addedEdge), this.#zerosBehind(pooled, addedChannels, 0)]),
    );
  }

  #relu(x: Value): Value {
    return this.#graph.node('Relu', [x]);
  }

  /** Adds channels, and an edge at the right and at the bottom. */
  #zerosBehind(x: Value, channels: number, edge: number): Value {
    if (channels === 0 && edge === 0) return x;
    const pads = [0, 0, 0, 0, 0, channels, edge, edge];
    return this.#graph.node('Pad', [x, this.#graph.constant(BigInt64Array.from(pads, BigInt), [8])]);
  }

  /**
   * A convolution with the scaling that follows it folded in.
   *
   * @param options.raw the input is 0..255 as it is in the photo; exact because nothing is padded there
   */
  #convolve(x: Value, name: string, options: { stride: number; padding: number; raw?: boolean }): Value {
    const scale = dequantize(this.#weights(`${name}/scale/weights`)).data;
    const shift = dequantize(this.#weights(`${name}/scale/biases`)).data;
    const bias = dequantize(this.#weights(`${name}/conv/bias`)).data;
    const darkening = options.raw ? this.#responseToMean(name) : undefined;
    const ownBias = bias.map((b, o) => (b - (darkening?.[o] ?? 0)) * scale[o]! + shift[o]!);
    const filters = this.#filters(name, options.raw ? scale.map((s) => s / RANGE) : scale);
    const { stride, padding } = options;
    return this.#graph.node('Conv', [x, filters, this.#graph.constant(ownBias, [ownBias.length])], {
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    });
  }

  /** What the mean colour alone adds to each output. */
  #responseToMean(name: string): Float64Array {
    const { data, shape } = dequantize(this.#weights(`${name}/conv/filters`));
    const [, , inputs, outputs] = shape as [number, number, number, number];
    const response = new Float64Array(outputs);
    data.forEach((weight, i) => {
      const channel = Math.floor(i / outputs) % inputs;
      response[i % outputs]! += (weight * MEAN[channel]!) / RANGE;
    });
    return response;
  }

  /**
   * Filters times `scale` (one for each output), [outputs, inputs, height, width]. Weights stored as bytes stay bytes in the file;
   * ONNX Runtime computes them once, at load (it would not do that for DequantizeLinear).
   */
  #filters(name: string, scale: Float32Array): Value {
    const graph = this.#graph;
    const stored = this.#weights(`${name}/conv/filters`);
    const [height, width, inputs, outputs] = stored.shape as [number, number, number, number];
    const shape = [outputs, inputs, height, width];
    if (!isQuantized(stored)) {
      const data = permute(stored.data, stored.shape, [3, 2, 0, 1]);
      const size = data.length / outputs;
      return graph.constant(
        data.map((weight, i) => weight * scale[Math.floor(i / size)]!),
        shape,
      );
    }
    const bytes = graph.constant(permute(stored.data, stored.shape, [3, 2, 0, 1]), shape);
    const float = graph.node('Cast', [bytes], { to: DATA_TYPE.float32 });
    const zero = graph.constant(Float32Array.of(-stored.min / stored.scale), []);
    const steps = graph.constant(
      scale.map((s) => s * stored.scale),
      [outputs, 1, 1, 1],
    );
    return graph.node('Mul', [graph.node('Sub', [float, zero]), steps]);
  }
}
