import { Graph, type Value } from '../onnx/graph.ts';
import { dequantize, permute } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';

/** The nets want (x - 127.5) / 128; both constants fold into the first convolution, which has no padding. */
const MEAN = 127.5;
const SCALE = 128;

/**
 * P-Net, over a whole level of the pyramid at once.
 *
 * `image` uint8 [1,H,W,3] RGB → `probability` float32 [1,h,w] and `regression` float32 [1,4,h,w] (dx1, dy1, dx2, dy2 in
 * parts of the window's sides), where h = ceil((H - 2) / 2) - 4: windows of 12 px, 2 px apart.
 */
export function pnet(weights: Weights): Uint8Array {
  const net = new Mtcnn('pnet', weights);
  const image = net.graph.input('image', 'uint8', [1, 'height', 'width', 3]);
  let x = net.conv(net.planes(image), 'conv1', { normalize: true });
  x = net.maxPool(net.prelu(x, 'prelu1_alpha', [1, 1]), 2, 'SAME_UPPER');
  x = net.prelu(net.conv(x, 'conv2'), 'prelu2_alpha', [1, 1]);
  x = net.prelu(net.conv(x, 'conv3'), 'prelu3_alpha', [1, 1]);
  const { matrix, bias } = net.heads(['conv4_1', 'conv4_2']);
  const filters = permute(matrix, [matrix.length / 5, 5], [1, 0]);
  x = net.graph.node('Conv', [
    x,
    net.graph.constant(filters, [5, matrix.length / 5, 1, 1]),
    net.graph.constant(bias, [5]),
  ]);
  net.answer(x, { probability: 1, regression: 4 }, [1], ['rows', 'columns']);
  return net.graph.encode();
}

/** R-Net: `crops` uint8 [N,24,24,3] RGB → `probability` float32 [N], `regression` float32 [N,4] (as P-Net's). */
export function rnet(weights: Weights): Uint8Array {
  const net = new Mtcnn('rnet', weights);
  let x = net.crops(24);
  x = net.prelu(net.conv(x, 'conv3'), 'prelu3_alpha', [1, 1]);
  x = net.prelu(net.fc1(x, [3, 3, 64]), 'prelu4_alpha', []);
  const { matrix, bias } = net.heads(['fc2_1', 'fc2_2']);
  net.answer(net.gemm(x, matrix, bias), { probability: 1, regression: 4 }, ['faces'], []);
  return net.graph.encode();
}

/**
 * O-Net: `crops` uint8 [N,48,48,3] RGB → `probability` float32 [N], `regression` float32 [N,4] (as P-Net's), `landmarks`
 * float32 [N,10] (x0..x4, then y0..y4, in parts of the box's sides; left and right eye, nose, left and right mouth corner).
 */
export function onet(weights: Weights): Uint8Array {
  const net = new Mtcnn('onet', weights);
  let x = net.crops(48);
  x = net.maxPool(net.prelu(net.conv(x, 'conv3'), 'prelu3_alpha', [1, 1]), 2, 'SAME_UPPER');
  x = net.prelu(net.conv(x, 'conv4'), 'prelu4_alpha', [1, 1]);
  x = net.prelu(net.fc1(x, [3, 3, 128]), 'prelu5_alpha', []);
  const { matrix, bias } = net.heads(['fc2_1', 'fc2_2', 'fc2_3']);
  net.answer(net.gemm(x, matrix, bias), { probability: 1, regression: 4, landmarks: 10 }, ['faces'], []);
  return net.graph.encode();
}

/**
 * The layers of MTCNN. Its weights are in TensorFlow's order for images whose axes are swapped: the first axis is x.
 * Everything is reordered here, so that nothing is left to do at run time.
 */
class Mtcnn {
  readonly graph: Graph;
  readonly #name: string;
  readonly #weights: Weights;

  constructor(name: string, weights: Weights) {
    this.graph = new Graph(name);
    this.#name = name;
    this.#weights = weights;
  }

  /** uint8 [N,H,W,3] → float32 [N,3,H,W] */
  planes(image: Value): Value {
    return this.graph.node('Transpose', [this.graph.node('Cast', [image], { to: 1 })], { perm: [0, 3, 1, 2] });
  }

  /** What R-Net and O-Net begin with. */
  crops(side: number): Value {
    const crops = this.graph.input('crops', 'uint8', ['faces', side, side, 3]);
    const x = this.prelu(this.conv(this.planes(crops), 'conv1', { normalize: true }), 'prelu1_alpha', [1, 1]);
    const y = this.prelu(this.conv(this.maxPool(x, 3, 'SAME_UPPER'), 'conv2'), 'prelu2_alpha', [1, 1]);
    return this.maxPool(y, 3, 'VALID');
  }

  /** @param options.normalize the input is 0..255 as it is in the photo */
  conv(x: Value, layer: string, options = { normalize: false }): Value {
    const { shape, data } = this.#read(`${layer}/weights`);
    const [width, height, inputs, outputs] = shape as [number, number, number, number];
    const filters = permute(data, shape, [3, 2, 1, 0]);
    const bias = this.#read(`${layer}/bias`).data.slice();
    if (options.normalize) {
      const size = filters.length / outputs;
      for (let o = 0; o < outputs; o++) {
        const sum = filters.subarray(o * size, (o + 1) * size).reduce((a, b) => a + b, 0);
        bias[o] = bias[o]! - (sum * MEAN) / SCALE;
      }
      filters.forEach((value, i) => {
        filters[i] = value / SCALE;
      });
    }
    return this.graph.node('Conv', [
      x,
      this.graph.constant(filters, [outputs, inputs, height, width]),
      this.graph.constant(bias, [outputs]),
    ]);
  }

  /** @param trailing 1 for each axis behind the channels */
  prelu(x: Value, name: string, trailing: number[]): Value {
    const { data } = this.#read(name);
    return this.graph.node('PRelu', [x, this.graph.constant(data, [data.length, ...trailing])]);
  }

  maxPool(x: Value, size: number, padding: 'SAME_UPPER' | 'VALID'): Value {
    return this.graph.node('MaxPool', [x], { kernel_shape: [size, size], strides: [2, 2], auto_pad: padding });
  }

  /** The first fully connected layer; its rows go from the source's (x, y, channel) to (channel, y, x). */
  fc1(x: Value, [width, height, channels]: [number, number, number]): Value {
    const { shape, data } = this.#read('fc1/weights');
    const matrix = permute(data, [width, height, channels, shape[1]!], [2, 1, 0, 3]);
    return this.gemm(this.graph.node('Flatten', [x], { axis: 1 }), matrix, this.#read('fc1/bias').data);
  }

  /** @param matrix row-major [inputs, bias.length] */
  gemm(x: Value, matrix: Float32Array, bias: Float32Array): Value {
    const { graph } = this;
    const shape = [matrix.length / bias.length, bias.length];
    return graph.node('Gemm', [x, graph.constant(matrix, shape), graph.constant(bias, [bias.length])]);
  }

  /**
   * The last layers side by side as one [inputs, 1 + 4 (+ 10)] matrix. Of two classes only the difference counts:
   * softmax(a, b)[1] = sigmoid(b - a).
   */
  heads(layers: readonly string[]): { matrix: Float32Array; bias: Float32Array } {
    const parts = layers.map(
      (layer) => [this.#read(`${layer}/weights`).data, this.#read(`${layer}/bias`).data] as const,
    );
    const bias = parts.flatMap(([, b], k) => (k === 0 ? [b[1]! - b[0]!] : [...b]));
    const rows = parts[0]![0].length / 2;
    const matrix = new Float32Array(rows * bias.length);
    for (let row = 0; row < rows; row++) {
      const values = parts.flatMap(([w, b], k) => {
        const own = w.subarray(row * b.length, (row + 1) * b.length);
        return k === 0 ? [own[1]! - own[0]!] : [...own];
      });
      matrix.set(values, row * bias.length);
    }
    return { matrix, bias: Float32Array.from(bias) };
  }

  /** Cuts the channels (axis 1) into the outputs; the first is turned into a probability and loses that axis. */
  answer(x: Value, sizes: Record<string, number>, leading: (number | string)[], trailing: string[]): void {
    const { graph } = this;
    const [probability, ...rest] = Object.keys(sizes) as [string, ...string[]];
    const split = graph.constant(BigInt64Array.from(Object.values(sizes), BigInt), [rest.length + 1]);
    const [logit] = graph.split('Split', [x, split], { axis: 1 }, ['logit', ...rest]) as [Value];
    const axis = graph.constant(BigInt64Array.of(1n), [1]);
    graph.node('Squeeze', [graph.node('Sigmoid', [logit]), axis], {}, probability);
    graph.output(probability, 'float32', [...leading, ...trailing]);
    for (const name of rest) graph.output(name, 'float32', [...leading, sizes[name]!, ...trailing]);
  }

  #read(name: string) {
    return dequantize(this.#weights(`${this.#name}/${name}`));
  }
}
