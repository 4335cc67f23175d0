import { Graph, type Value } from '../onnx/graph.ts';
import { DATA_TYPE } from '../onnx/schema.ts';
import { dequantize, permute } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';

/** Side of the square picture of a face, pixels. */
export const AGE_SIDE = 112;

/** The net was trained on (x - mean) / 255, RGB. */
export const AGE_MEAN = [122.782, 117.001, 104.298] as const;
export const AGE_RANGE = 255;

/** Zeros above, to the left, below and to the right. */
const AROUND = [1, 1, 1, 1] as const;
/** Where TensorFlow puts the odd one when a stride of 2 keeps "the same" size. */
export const BEHIND = [0, 0, 1, 1] as const;

/** What goes on from a sum: itself, and its relu. */
export interface Sum {
  sum: Value;
  active: Value;
}

/** What the net is made of; the layers choose the numbers' type and the order of the axes. */
export interface AgeLayers {
  /** The graph's input `faces`, uint8, in the layout that `begin` documents → the first convolution, stride 2, with its relu. */
  begin(name: string): Value;
  /** Each channel by itself (3×3), then all channels of a pixel (1×1); where nothing is to be added, with its relu. */
  separable(x: Value, name: string, relu: boolean): Value;
  /** Largest of 3×3, stride 2. */
  maxPool(x: Value): Value;
  /** 1×1, stride 2. */
  expand(x: Value, name: string): Value;
  add(a: Value, b: Value, name: string): Sum;
  /** Mean over the picture, then output `age`, float32 [N,1]. */
  end(x: Value): void;
}

/** face-api's age net, a small Xception, without its second output. */
export function addAgeNet(layers: AgeLayers): void {
  const begun = layers.begin('entry_flow/conv_in');
  let x = reduce(layers, { sum: begun, active: begun }, 'entry_flow/reduction_block_0');
  x = reduce(layers, x, 'entry_flow/reduction_block_1');
  for (const block of ['middle_flow/main_block_0', 'middle_flow/main_block_1']) x = refine(layers, x, block);
  x = reduce(layers, x, 'exit_flow/reduction_block');
  layers.end(layers.separable(x.sum, 'exit_flow/separable_conv', true));
}

/** Halves the sides. */
function reduce(layers: AgeLayers, x: Sum, name: string): Sum {
  const y = layers.separable(x.active, `${name}/separable_conv0`, true);
  const z = layers.separable(y, `${name}/separable_conv1`, false);
  return layers.add(layers.maxPool(z), layers.expand(x.sum, `${name}/expansion_conv`), name);
}

/** Three convolutions, and what came in is added. */
function refine(layers: AgeLayers, x: Sum, name: string): Sum {
  const y = layers.separable(x.active, `${name}/separable_conv0`, true);
  const z = layers.separable(y, `${name}/separable_conv1`, true);
  return layers.add(layers.separable(z, `${name}/separable_conv2`, false), x.sum, name);
}

/** `faces` uint8 [N,112,112,3] RGB → `age` float32 [N,1], years. */
export function age(weights: Weights): Uint8Array {
  const graph = new Graph('age');
  addAgeNet(new FloatAgeLayers(graph, weights));
  return graph.encode();
}

/** In float32, axes [N, channels, H, W]. */
export class FloatAgeLayers implements AgeLayers {
  readonly #graph: Graph;
  readonly #weights: Weights;
  readonly #onValue: (name: string, value: Value) => void;

  /** @param onValue told of each value, after its relu: convolutions by the names of their weights, sums by those of their blocks */
  constructor(graph: Graph, weights: Weights, onValue: (name: string, value: Value) => void = () => {}) {
    this.#graph = graph;
    this.#weights = weights;
    this.#onValue = onValue;
  }

  /**
   * `faces` [N,112,112,3], RGB. The mean is taken off before the convolution, and not folded into it: the zeros it pads with stand for
   * the mean colour.
   */
  begin(name: string): Value {
    const graph = this.#graph;
    const faces = graph.input('faces', 'uint8', ['faces', AGE_SIDE, AGE_SIDE, 3]);
    const planes = graph.node('Transpose', [graph.node('Cast', [faces], { to: DATA_TYPE.float32 })], {
      perm: [0, 3, 1, 2],
    });
    const centred = graph.node('Sub', [planes, graph.constant(Float32Array.from(AGE_MEAN), [3, 1, 1])]);
    const { data, shape } = convolutionFilters(this.#weights, `${name}/filters`);
    const scaled = graph.constant(
      data.map((weight) => weight / AGE_RANGE),
      shape,
    );
    const y = graph.node('Conv', [centred, scaled, this.#constant(`${name}/bias`)], { strides: [2, 2], pads: BEHIND });
    return this.#named(name, this.#relu(y));
  }

  separable(x: Value, name: string, relu: boolean): Value {
    const graph = this.#graph;
    const { data, shape } = depthwiseFilters(this.#weights, `${name}/depthwise_filter`);
    const y = graph.node('Conv', [x, graph.constant(data, shape)], { group: shape[0]!, pads: AROUND });
    this.#named(`${name}/depthwise_filter`, y);
    const z = graph.node('Conv', [y, this.#filters(`${name}/pointwise_filter`), this.#constant(`${name}/bias`)]);
    return this.#named(`${name}/pointwise_filter`, relu ? this.#relu(z) : z);
  }

  maxPool(x: Value): Value {
    return this.#graph.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: BEHIND });
  }

  expand(x: Value, name: string): Value {
    const inputs = [x, this.#filters(`${name}/filters`), this.#constant(`${name}/bias`)];
    return this.#named(name, this.#graph.node('Conv', inputs, { strides: [2, 2] }));
  }

  add(a: Value, b: Value, name: string): Sum {
    const sum = this.#named(name, this.#graph.node('Add', [a, b]));
    return { sum, active: this.#relu(sum) };
  }

  end(x: Value): void {
    const average = this.#graph.node('Flatten', [this.#graph.node('GlobalAveragePool', [x])], { axis: 1 });
    this.#graph.node('Gemm', [average, this.#constant('fc/age/weights'), this.#constant('fc/age/bias')], {}, 'age');
    this.#graph.output('age', 'float32', ['faces', 1]);
  }

  #relu(x: Value): Value {
    return this.#graph.node('Relu', [x]);
  }

  #named(name: string, value: Value): Value {
    this.#onValue(name, value);
    return value;
  }

  #filters(name: string): Value {
    const { data, shape } = convolutionFilters(this.#weights, name);
    return this.#graph.constant(data, shape);
  }

  #constant(name: string): Value {
    const { data, shape } = dequantize(this.#weights(name));
    return this.#graph.constant(data, shape);
  }
}

interface Filters {
  data: Float32Array;
  shape: number[];
}

/** [outputs, inputs, height, width] */
export function convolutionFilters(weights: Weights, name: string): Filters {
  return reordered(weights, name, [3, 2, 0, 1]);
}

/** [channels, 1, height, width] */
export function depthwiseFilters(weights: Weights, name: string): Filters {
  return reordered(weights, name, [2, 3, 0, 1]);
}

/** From TensorFlow's [height, width, inputs, outputs] to the order given. */
function reordered(weights: Weights, name: string, order: readonly number[]): Filters {
  const { data, shape } = dequantize(weights(name));
  return { data: permute(data, shape, order), shape: order.map((axis) => shape[axis]!) };
}
