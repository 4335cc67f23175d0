import type { Graph, Value } from '../onnx/graph.ts';
import { DATA_TYPE } from '../onnx/schema.ts';
import { permute } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addConvolution, readConvolution, takeRawInput } from './convolution.ts';
import { type Pool, prelu, preluPoolConvolution } from './prelu.ts';

/** The nets were trained on (x - 127.5) / 128. */
export const MEAN = 127.5;
export const SCALE = 128;

/**
 * The layers of MTCNN's nets, by the names of their weights. The weights are in TensorFlow's order, for images whose axes are swapped (the
 * first is x). They are reordered here, so that nothing is left to do at run time.
 */
export class MtcnnLayers {
  readonly #graph: Graph;
  readonly #weights: Weights;

  /** @param weights of one net */
  constructor(graph: Graph, weights: Weights) {
    this.#graph = graph;
    this.#weights = weights;
  }

  /** uint8 [N,H,W,3] → float32 [N,3,H,W] */
  planes(image: Value): Value {
    const float = this.#graph.node('Cast', [image], { to: DATA_TYPE.float32 });
    return this.#graph.node('Transpose', [float], { perm: [0, 3, 1, 2] });
  }

  /** The beginning of all three nets: conv1, prelu, pool, conv2, prelu. */
  beginning(x: Value, pool: Pool): Value {
    const first = takeRawInput(readConvolution(this.#weights, 'conv1'), MEAN, SCALE);
    const second = readConvolution(this.#weights, 'conv2');
    const y = preluPoolConvolution(this.#graph, x, { first, slopes: this.#slopes('prelu1_alpha'), second }, pool);
    return this.prelu(y, 'prelu2_alpha');
  }

  convolve(x: Value, layer: string): Value {
    return addConvolution(this.#graph, x, readConvolution(this.#weights, layer));
  }

  prelu(x: Value, name: string): Value {
    return prelu(this.#graph, x, this.#slopes(name));
  }

  maxPool(x: Value, size: number, padding: 'SAME_UPPER' | 'VALID'): Value {
    return this.#graph.node('MaxPool', [x], { kernel_shape: [size, size], strides: [2, 2], auto_pad: padding });
  }

  /** The fully connected layer after the convolutions, with its prelu. @param shape width, height and channels of `x` */
  dense(x: Value, layer: string, alpha: string, shape: readonly [number, number, number]): Value {
    const { data, shape: matrix } = this.#weights.float(`${layer}/weights`);
    const flat = this.#graph.node('Flatten', [x], { axis: 1 });
    const rows = permute(data, [...shape, matrix[1]!], [2, 1, 0, 3]);
    return this.preluOfRows(this.#multiply(flat, rows, this.#weights.float(`${layer}/bias`).data), alpha);
  }

  /** PReLU of a few numbers: x [N,inputs] → the same. */
  preluOfRows(x: Value, alpha: string): Value {
    const slopes = this.#weights.float(alpha).data;
    return this.#graph.node('PRelu', [x, this.#graph.constant(slopes, [slopes.length])]);
  }

  /** The last layers side by side: x [N,inputs] → [N, 1 + 4 (+ 10)] */
  last(x: Value, layers: readonly string[]): Value {
    const { matrix, bias } = this.sideBySide(layers);
    return this.#multiply(x, matrix, bias);
  }

  /** The same as 1×1 convolutions: x [N,inputs,h,w] → [N, 1 + 4, h, w] */
  lastOverImage(x: Value, layers: readonly string[]): Value {
    const { matrix, bias } = this.sideBySide(layers);
    const inputs = matrix.length / bias.length;
    const filters = permute(matrix, [inputs, bias.length], [1, 0]);
    const weights = this.#graph.constant(filters, [bias.length, inputs, 1, 1]);
    return this.#graph.node('Conv', [x, weights, this.#graph.constant(bias, [bias.length])]);
  }

  /** One more output of a net of crops, linear: x [N,inputs] → `name` [N,1] */
  addHead(x: Value, { weights, intercept }: { weights: readonly number[]; intercept: number }, name: string): void {
    const matrix = this.#graph.constant(Float32Array.from(weights), [weights.length, 1]);
    this.#graph.node('Gemm', [x, matrix, this.#graph.constant(Float32Array.of(intercept), [1])], {}, name);
    this.#graph.output(name, 'float32', ['faces', 1]);
  }

  /** Cuts axis 1 into the net's outputs. The first becomes a probability and loses that axis. */
  answer(
    x: Value,
    sizes: Record<string, number>,
    leading: readonly (number | string)[],
    trailing: readonly string[],
  ): void {
    const graph = this.#graph;
    const [probability, ...rest] = Object.keys(sizes) as [string, ...string[]];
    const split = graph.constant(BigInt64Array.from(Object.values(sizes), BigInt), [rest.length + 1]);
    const [logit] = graph.split('Split', [x, split], { axis: 1 }, ['logit', ...rest]) as [Value];
    const axis = graph.constant(BigInt64Array.of(1n), [1]);
    graph.node('Squeeze', [graph.node('Sigmoid', [logit]), axis], {}, probability);
    graph.output(probability, 'float32', [...leading, ...trailing]);
    for (const name of rest) graph.output(name, 'float32', [...leading, sizes[name]!, ...trailing]);
  }

  /** @param matrix row-major [inputs, bias.length] */
  #multiply(x: Value, matrix: Float32Array, bias: Float32Array): Value {
    const weights = this.#graph.constant(matrix, [matrix.length / bias.length, bias.length]);
    return this.#graph.node('Gemm', [x, weights, this.#graph.constant(bias, [bias.length])]);
  }

  #slopes(name: string): number[] {
    return [...this.#weights.float(name).data];
  }

  /** The first layer gives two classes, of which only the difference counts: softmax(a, b)[1] = sigmoid(b - a). */
  sideBySide(layers: readonly string[]): { matrix: Float32Array; bias: Float32Array } {
    const parts = layers.map((layer, k) => {
      const bias = [...this.#weights.float(`${layer}/bias`).data];
      const { data } = this.#weights.float(`${layer}/weights`);
      const row = (r: number) => [...data.subarray(r * bias.length, (r + 1) * bias.length)];
      const difference = ([a, b]: number[]) => [b! - a!];
      return k === 0 ? { bias: difference(bias), row: (r: number) => difference(row(r)) } : { bias, row };
    });
    const inputs = this.#weights.float(`${layers[0]}/weights`).data.length / 2;
    const rows = Array.from({ length: inputs }, (_, r) => parts.flatMap(({ row }) => row(r)));
    return { matrix: Float32Array.from(rows.flat()), bias: Float32Array.from(parts.flatMap(({ bias }) => bias)) };
  }
}
