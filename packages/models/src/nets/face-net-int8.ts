import { FatalError } from '@attrai/contracts/errors';
import type { Graph, Value } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addByteConvolution, addByteSum, type Bytes, type Coding, withCoding } from './byte-convolution.ts';
import type { Ranges } from './calibration.ts';
import { joined, parts } from './convolution.ts';
import { CHIP_SIDE, type ConvolutionOptions, type FaceNetLayers } from './face-net.ts';
import { filterShape, floatFilters, scaledFilters } from './face-net-weights.ts';
import { heightMoments, MOMENTS } from './height-moments.ts';
import { BLOCK, overBlocks } from './over-blocks.ts';

const BYTE_LIMIT = 255;

/**
 * The face net in int8 (byte-convolution.ts), axes [N, H, W, channels]. The ranges that calibration measured fix what an activation's
 * byte stands for. If nothing is negative, the byte 0 stands for 0, and cutting off below it is the relu.
 */
export class ByteLayers implements FaceNetLayers<Bytes> {
  readonly #graph: Graph;
  readonly #weights: Weights;
  readonly #ranges: Ranges;

  constructor(graph: Graph, weights: Weights, ranges: Ranges) {
    this.#graph = graph;
    this.#weights = weights;
    this.#ranges = ranges;
  }

  /**
   * `chips` [N,75,75,12]: 2×2 blocks of pixels, upper left, upper right, lower left, lower right. The outputs of two neighbours are computed
   * side by side: gathering their inputs, most of which they share, takes longer than multiplying with a quarter more zeros.
   */
  begin(name: string): Bytes {
    const side = CHIP_SIDE / 2;
    const chips = { value: this.#graph.input('chips', 'uint8', ['faces', side, side, BLOCK]), step: 1, zero: 0 };
    const filters = scaledFilters(this.#weights, name, true);
    const [outputs, , size] = filterShape(filters.stored);
    const single = parts(floatFilters(filters), outputs);
    const [rows, columns] = [(size + 1) / 2, (size + 3) / 2];
    const moved = [0, 2].flatMap((right) => single.map((filter) => overBlocks(filter, size, { right, columns })));
    const bias = Float32Array.of(...filters.bias, ...filters.bias);
    const pair = { data: joined(moved), shape: [2 * outputs, BLOCK, rows, columns], bias, strides: [1, 2] as const };
    const pairs = addByteConvolution(this.#graph, chips, pair, this.#codingOf(name));
    const sides = this.#graph.constant(BigInt64Array.from([0, 0, -1, outputs], BigInt), [4]);
    return { ...pairs, value: this.#graph.node('Reshape', [pairs.value, sides]) };
  }

  convolve(x: Bytes, name: string, { stride, padding }: ConvolutionOptions): Bytes {
    const filters = scaledFilters(this.#weights, name, false);
    const convolution = {
      data: floatFilters(filters),
      shape: filterShape(filters.stored),
      bias: filters.bias,
      strides: [stride, stride] as const,
      pads: [padding, padding, padding, padding] as const,
    };
    return addByteConvolution(this.#graph, x, convolution, this.#codingOf(name));
  }

  maxPool(x: Bytes): Bytes {
    const window = { kernel_shape: [3, 3], strides: [2, 2] };
    return { ...x, value: this.#graph.node('com.microsoft.NhwcMaxPool', [x.value], window) };
  }

  /** As a convolution: ONNX Runtime's QLinearAveragePool takes ten times as long, and the zeros would be another step. */
  averagePool(x: Bytes, channels: number, added: number): Bytes {
    const outputs = channels + added;
    const data = new Float32Array(outputs * channels * 4);
    for (let c = 0; c < channels; c++) data.fill(1 / 4, (c * channels + c) * 4, (c * channels + c + 1) * 4);
    const shape = [outputs, channels, 2, 2];
    const mean = { data, shape, bias: new Float32Array(outputs), strides: [2, 2] as const };
    return addByteConvolution(this.#graph, x, mean, { step: x.step, zero: x.zero });
  }

  add(a: Bytes, b: Bytes, name: string): Bytes {
    return addByteSum(this.#graph, a, b, this.#codingOf(name));
  }

  zerosBehind(x: Bytes, edge: number): Bytes {
    if (edge === 0) return x;
    const pads = this.#graph.constant(BigInt64Array.from([0, 0, 0, 0, 0, edge, edge, 0], BigInt), [8]);
    const zero = this.#graph.constant(Uint8Array.of(x.zero), []);
    return { ...x, value: this.#graph.node('Pad', [x.value, pads, zero]) };
  }

  pool(x: Bytes, side: number): Value {
    const float = this.#graph.node('DequantizeLinear', withCoding(this.#graph, x));
    const rows = this.#graph.node('ReduceMean', [float], { axes: [2], keepdims: 0 });
    const moments = this.#graph.constant(heightMoments(side), [MOMENTS, side]);
    return this.#graph.node('Flatten', [this.#graph.node('MatMul', [moments, rows])], { axis: 1 });
  }

  #codingOf(name: string): Coding {
    const range = this.#ranges[name];
    if (range === undefined) throw new FatalError('weights_changed', `The calibration has no range of ${name}`);
    const low = Math.min(range[0], 0);
    const step = (range[1] - low) / BYTE_LIMIT;
    return { step, zero: Math.round(-low / step) };
  }
}
