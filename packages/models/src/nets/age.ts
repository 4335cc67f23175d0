import { Graph, type Value } from '../onnx/graph.ts';
import { DATA_TYPE } from '../onnx/schema.ts';
import { dequantize, permute } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';

/** Side of the square picture of a face, pixels. */
export const AGE_SIDE = 112;

/** The net was trained on (x - mean) / 255, RGB. */
const MEAN = [122.782, 117.001, 104.298];
const RANGE = 255;

/** Zeros at the right and at the bottom: where TensorFlow puts the odd one when a stride of 2 keeps "the same" size. */
const BEHIND = [0, 0, 1, 1];
const AROUND = [1, 1, 1, 1];

/**
 * face-api's age net, a small Xception, without its second output: `faces` uint8 [N,112,112,3] RGB → `age` float32 [N,1], years.
 */
export function age(weights: Weights): Uint8Array {
  const net = new AgeLayers(new Graph('age'), weights);
  let x = net.begin();
  x = net.reduce(x, x, 'entry_flow/reduction_block_0');
  x = net.reduce(x, net.relu(x), 'entry_flow/reduction_block_1');
  for (const block of ['middle_flow/main_block_0', 'middle_flow/main_block_1']) x = net.refine(x, block);
  x = net.reduce(x, net.relu(x), 'exit_flow/reduction_block');
  return net.end(net.relu(net.separable(x, 'exit_flow/separable_conv')));
}

class AgeLayers {
  readonly #graph: Graph;
  readonly #weights: Weights;

  constructor(graph: Graph, weights: Weights) {
    this.#graph = graph;
    this.#weights = weights;
  }

  /** The mean is taken off before the convolution, and not folded into it: the zeros it pads with stand for the mean colour. */
  begin(): Value {
    const graph = this.#graph;
    const faces = graph.input('faces', 'uint8', ['faces', AGE_SIDE, AGE_SIDE, 3]);
    const planes = graph.node('Transpose', [graph.node('Cast', [faces], { to: DATA_TYPE.float32 })], {
      perm: [0, 3, 1, 2],
    });
    const centred = graph.node('Sub', [planes, graph.constant(Float32Array.from(MEAN), [3, 1, 1])]);
    const filters = this.#filters('entry_flow/conv_in/filters', [3, 2, 0, 1]);
    const scaled = graph.constant(
      filters.data.map((weight) => weight / RANGE),
      filters.shape,
    );
    const bias = this.#constant('entry_flow/conv_in/bias');
    return this.relu(graph.node('Conv', [centred, scaled, bias], { strides: [2, 2], pads: BEHIND }));
  }

  relu(x: Value): Value {
    return this.#graph.node('Relu', [x]);
  }

  /** Halves the sides. `active` is what its main branch begins with: x, or its relu. */
  reduce(x: Value, active: Value, name: string): Value {
    const y = this.separable(active, `${name}/separable_conv0`);
    const z = this.separable(this.relu(y), `${name}/separable_conv1`);
    const pooled = this.#graph.node('MaxPool', [z], { kernel_shape: [3, 3], strides: [2, 2], pads: BEHIND });
    const expanded = this.#graph.node(
      'Conv',
      [x, this.#convolution(`${name}/expansion_conv/filters`), this.#constant(`${name}/expansion_conv/bias`)],
      { strides: [2, 2] },
    );
    return this.#graph.node('Add', [pooled, expanded]);
  }

  /** Three convolutions, and what came in is added. */
  refine(x: Value, name: string): Value {
    let y = x;
    for (const i of [0, 1, 2]) y = this.separable(this.relu(y), `${name}/separable_conv${i}`);
    return this.#graph.node('Add', [y, x]);
  }

  /** Each channel by itself (3×3), then all channels of a pixel (1×1). */
  separable(x: Value, name: string): Value {
    const { data, shape } = this.#filters(`${name}/depthwise_filter`, [2, 3, 0, 1]);
    const y = this.#graph.node('Conv', [x, this.#graph.constant(data, shape)], { group: shape[0]!, pads: AROUND });
    return this.#graph.node('Conv', [y, this.#convolution(`${name}/pointwise_filter`), this.#constant(`${name}/bias`)]);
  }

  end(x: Value): Uint8Array {
    const average = this.#graph.node('Flatten', [this.#graph.node('GlobalAveragePool', [x])], { axis: 1 });
    this.#graph.node('Gemm', [average, this.#constant('fc/age/weights'), this.#constant('fc/age/bias')], {}, 'age');
    this.#graph.output('age', 'float32', ['faces', 1]);
    return this.#graph.encode();
  }

  #convolution(name: string): Value {
    const { data, shape } = this.#filters(name, [3, 2, 0, 1]);
    return this.#graph.constant(data, shape);
  }

  /** From TensorFlow's [height, width, inputs, outputs] to the order given. */
  #filters(name: string, order: readonly number[]): { data: Float32Array; shape: number[] } {
    const { data, shape } = dequantize(this.#weights(name));
    return { data: permute(data, shape, order), shape: order.map((axis) => shape[axis]!) };
  }

  #constant(name: string): Value {
    const { data, shape } = dequantize(this.#weights(name));
    return this.#graph.constant(data, shape);
  }
}
