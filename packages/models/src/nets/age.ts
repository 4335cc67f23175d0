import { Graph, type Value } from '../onnx/graph.ts';
import { DATA_TYPE } from '../onnx/schema.ts';
import { reorder, type Tensor } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';

/** Side of the square picture of a face, pixels. */
export const AGE_SIDE = 112;

/** The net was trained on (x - mean) / 255, RGB. */
export const AGE_MEAN = [122.782, 117.001, 104.298] as const;
export const AGE_RANGE = 255;

/** Zeros above, to the left, below and to the right. */
const AROUND = [1, 1, 1, 1] as const;
/** TensorFlow's padding for "the same" size with a stride of 2. */
export const BEHIND = [0, 0, 1, 1] as const;

/** A sum, and its relu. */
export interface Sum<X> {
  sum: X;
  active: X;
}

/** The kinds of layers in the net. An implementation chooses the type of its values, `X`, and the order of the axes. */
export interface AgeLayers<X> {
  /** From the graph's input `faces`, uint8, in the layout that the implementation documents, to the first convolution, stride 2, with relu. */
  begin(name: string): X;
  /** Each channel by itself (3×3), then all channels of a pixel (1×1); with relu, unless the result goes into a sum. */
  separable(x: X, name: string, relu: boolean): X;
  /** Largest of 3×3, stride 2. */
  maxPool(x: X): X;
  /** 1×1, stride 2. */
  expand(x: X, name: string): X;
  add(a: X, b: X, name: string): Sum<X>;
  /** Mean over the picture, then output `age`, float32 [N,1]. */
  end(x: X): void;
}

/** face-api's age net, a small Xception, without its second output. */
export function addAgeNet<X>(layers: AgeLayers<X>): void {
  const begun = layers.begin('entry_flow/conv_in');
  let x = reduce(layers, { sum: begun, active: begun }, 'entry_flow/reduction_block_0');
  x = reduce(layers, x, 'entry_flow/reduction_block_1');
  for (const block of ['middle_flow/main_block_0', 'middle_flow/main_block_1']) x = refine(layers, x, block);
  x = reduce(layers, x, 'exit_flow/reduction_block');
  layers.end(layers.separable(x.sum, 'exit_flow/separable_conv', true));
}

/** A block that halves the sides. */
function reduce<X>(layers: AgeLayers<X>, x: Sum<X>, name: string): Sum<X> {
  const y = layers.separable(x.active, `${name}/separable_conv0`, true);
  const z = layers.separable(y, `${name}/separable_conv1`, false);
  return layers.add(layers.maxPool(z), layers.expand(x.sum, `${name}/expansion_conv`), name);
}

/** A block of three convolutions that adds its own input. */
function refine<X>(layers: AgeLayers<X>, x: Sum<X>, name: string): Sum<X> {
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
export class FloatAgeLayers implements AgeLayers<Value> {
  readonly #graph: Graph;
  readonly #weights: Weights;
  readonly #onValue: (name: string, value: Value) => void;

  /** @param onValue called with each value after its relu: a convolution by the name of its weights, a sum by the name of its block */
  constructor(graph: Graph, weights: Weights, onValue: (name: string, value: Value) => void = () => {}) {
    this.#graph = graph;
    this.#weights = weights;
    this.#onValue = onValue;
  }

  /**
   * `faces` [N,112,112,3], RGB. The mean is subtracted before the convolution, and not folded into it: the zeros of the padding stand for the
   * mean colour.
   */
  begin(name: string): Value {
    const graph = this.#graph;
    const faces = graph.input('faces', 'uint8', ['faces', AGE_SIDE, AGE_SIDE, 3]);
    const float = graph.node('Cast', [faces], { to: DATA_TYPE.float32 });
    const planes = graph.node('Transpose', [float], { perm: [0, 3, 1, 2] });
    const centred = graph.node('Sub', [planes, graph.constant(Float32Array.from(AGE_MEAN), [3, 1, 1])]);
    const { data, shape } = convolutionFilters(this.#weights, `${name}/filters`);
    const scaled = data.map((weight) => weight / AGE_RANGE);
    const inputs = [centred, graph.constant(scaled, shape), this.#constant(`${name}/bias`)];
    return this.#named(name, this.#relu(graph.node('Conv', inputs, { strides: [2, 2], pads: BEHIND })));
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

  add(a: Value, b: Value, name: string): Sum<Value> {
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
    const { data, shape } = this.#weights.float(name);
    return this.#graph.constant(data, shape);
  }
}

/** [outputs, inputs, height, width], from TensorFlow's [height, width, inputs, outputs] */
export function convolutionFilters(weights: Weights, name: string): Tensor {
  return reorder(weights.float(name), [3, 2, 0, 1]);
}

/** [channels, 1, height, width], from TensorFlow's [height, width, channels, 1] */
export function depthwiseFilters(weights: Weights, name: string): Tensor {
  return reorder(weights.float(name), [2, 3, 0, 1]);
}
