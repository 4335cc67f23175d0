import { FatalError } from '@attrai/contracts/errors';
import type { Graph, Value } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import {
  addByteConvolution,
  addByteSum,
  addCoding,
  type Coding,
  type FloatFilters,
  type Window,
} from './byte-convolution.ts';
import type { Ranges } from './calibration.ts';
import { CHIP_SIDE, type ConvolutionOptions, type FaceNetLayers } from './face-net.ts';
import { filterShape, floatFilters, scaledFilters } from './face-net-weights.ts';
import { heightMoments, MOMENTS } from './height-moments.ts';
import { BLOCK, overBlocks } from './over-blocks.ts';

const BYTE_LIMIT = 255;
/** The photo's own bytes. */
const RAW: Coding = { step: 1, zero: 0 };

/**
 * The face net in bytes (byte-convolution.ts), axes [N, H, W, channels]. What an activation's byte stands for is fixed beforehand by
 * the ranges seen in calibration. Where nothing is negative its zero is 0, and cutting off below it is the relu.
 */
export class ByteLayers implements FaceNetLayers {
  readonly #graph: Graph;
  readonly #weights: Weights;
  readonly #ranges: Ranges;
  readonly #codings = new Map<Value, Coding>();

  constructor(graph: Graph, weights: Weights, ranges: Ranges) {
    this.#graph = graph;
    this.#weights = weights;
    this.#ranges = ranges;
  }

  /**
   * `chips` [N,75,75,12]: blocks of 2×2 pixels, upper left, upper right, lower left, lower right. Two neighbours' outputs are computed
   * side by side: gathering inputs, most of which they share, takes longer than multiplying with a quarter more zeros.
   */
  begin(name: string): Value {
    const side = CHIP_SIDE / 2;
    const chips = this.#coded(this.#graph.input('chips', 'uint8', ['faces', side, side, BLOCK]), RAW);
    const filters = scaledFilters(this.#weights, name, true);
    const [outputs, , size] = filterShape(filters.stored);
    const float = floatFilters(filters);
    const each = float.length / outputs;
    const [rows, columns] = [(size + 1) / 2, (size + 3) / 2];
    const moved = [0, 2].flatMap((right) =>
      Array.from({ length: outputs }, (_, o) =>
        overBlocks(float.subarray(o * each, (o + 1) * each), size, 0, right, columns),
      ),
    );
    const data = Float32Array.from(moved.flatMap((filter) => [...filter]));
    const bias = Float32Array.of(...filters.bias, ...filters.bias);
    const shape = [2 * outputs, BLOCK, rows, columns];
    const pairs = this.#convolveTo(
      this.#codingOf(name),
      chips,
      { data, shape, bias },
      { strides: [1, 2], pads: [0, 0, 0, 0] },
    );
    const sides = this.#graph.constant(BigInt64Array.from([0, 0, -1, outputs], BigInt), [4]);
    return this.#coded(this.#graph.node('Reshape', [pairs, sides]), this.#coding(pairs));
  }

  convolve(x: Value, name: string, { stride, padding }: ConvolutionOptions): Value {
    const filters = scaledFilters(this.#weights, name, false);
    const float = { data: floatFilters(filters), shape: filterShape(filters.stored), bias: filters.bias };
    const pads = [padding, padding, padding, padding] as const;
    return this.#convolveTo(this.#codingOf(name), x, float, { strides: [stride, stride], pads });
  }

  maxPool(x: Value): Value {
    return this.#coded(
      this.#graph.node('com.microsoft.NhwcMaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2] }),
      this.#coding(x),
    );
  }

  /** As a convolution: ONNX Runtime's QLinearAveragePool takes ten times as long, and the zeros would be another step. */
  averagePool(x: Value, channels: number, added: number): Value {
    const outputs = channels + added;
    const data = new Float32Array(outputs * channels * 4);
    for (let c = 0; c < channels; c++) data.fill(1 / 4, (c * channels + c) * 4, (c * channels + c + 1) * 4);
    const mean = { data, shape: [outputs, channels, 2, 2], bias: new Float32Array(outputs) };
    return this.#convolveTo(this.#coding(x), x, mean, { strides: [2, 2], pads: [0, 0, 0, 0] });
  }

  add(a: Value, b: Value, name: string): Value {
    const to = this.#codingOf(name);
    return this.#coded(addByteSum(this.#graph, [a, b], [this.#coding(a), this.#coding(b)], to), to);
  }

  zerosBehind(x: Value, edge: number): Value {
    if (edge === 0) return x;
    const coding = this.#coding(x);
    const pads = this.#graph.constant(BigInt64Array.from([0, 0, 0, 0, 0, edge, edge, 0], BigInt), [8]);
    const zero = this.#graph.constant(Uint8Array.of(coding.zero), []);
    return this.#coded(this.#graph.node('Pad', [x, pads, zero]), coding);
  }

  pool(x: Value, side: number): Value {
    const float = this.#graph.node('DequantizeLinear', [x, ...addCoding(this.#graph, this.#coding(x))]);
    const rows = this.#graph.node('ReduceMean', [float], { axes: [2], keepdims: 0 });
    const moments = this.#graph.constant(heightMoments(side), [MOMENTS, side]);
    return this.#graph.node('Flatten', [this.#graph.node('MatMul', [moments, rows])], { axis: 1 });
  }

  #convolveTo(to: Coding, x: Value, filters: FloatFilters, window: Window): Value {
    return this.#coded(addByteConvolution(this.#graph, x, this.#coding(x), to, filters, window), to);
  }

  #coded(value: Value, coding: Coding): Value {
    this.#codings.set(value, coding);
    return value;
  }

  #coding(value: Value): Coding {
    return this.#codings.get(value)!;
  }

  #codingOf(name: string): Coding {
    const range = this.#ranges[name];
    if (range === undefined) throw new FatalError('weights_changed', `The calibration has no range of ${name}`);
    const low = Math.min(range[0], 0);
    const step = (range[1] - low) / BYTE_LIMIT;
    return { step, zero: Math.round(-low / step) };
  }
}
