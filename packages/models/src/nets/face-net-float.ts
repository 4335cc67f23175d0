import type { Graph, Value } from '../onnx/graph.ts';
import { DATA_TYPE } from '../onnx/schema.ts';
import { isQuantized, permute } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';
import { CHIP_SIDE, type ConvolutionOptions, type FaceNetLayers } from './face-net.ts';
import { filterShape, floatFilters, type ScaledFilters, scaledFilters } from './face-net-weights.ts';
import { heightMoments, MOMENTS } from './height-moments.ts';

/** Called with each convolution and sum, after its relu. */
type OnValue = (name: string, value: Value) => void;

/** The face net in float32, axes [N, channels, H, W]. */
export class FloatLayers implements FaceNetLayers<Value> {
  readonly #graph: Graph;
  readonly #weights: Weights;
  readonly #onValue: OnValue;

  constructor(graph: Graph, weights: Weights, onValue: OnValue = () => {}) {
    this.#graph = graph;
    this.#weights = weights;
    this.#onValue = onValue;
  }

  /** `chips` [N,150,150,3], RGB. */
  begin(name: string): Value {
    const chips = this.#graph.input('chips', 'uint8', ['faces', CHIP_SIDE, CHIP_SIDE, 3]);
    const float = this.#graph.node('Cast', [chips], { to: DATA_TYPE.float32 });
    const planes = this.#graph.node('Transpose', [float], { perm: [0, 3, 1, 2] });
    const filters = scaledFilters(this.#weights, name, true);
    return this.#convolve(planes, name, filters, { stride: 2, padding: 0, relu: true });
  }

  convolve(x: Value, name: string, options: ConvolutionOptions): Value {
    return this.#convolve(x, name, scaledFilters(this.#weights, name, false), options);
  }

  maxPool(x: Value): Value {
    return this.#graph.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2] });
  }

  averagePool(x: Value, _channels: number, added: number): Value {
    return this.#pad(this.#graph.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] }), added, 0);
  }

  add(a: Value, b: Value, name: string): Value {
    return this.#named(name, this.#graph.node('Relu', [this.#graph.node('Add', [a, b])]));
  }

  zerosBehind(x: Value, edge: number): Value {
    return this.#pad(x, 0, edge);
  }

  pool(x: Value, side: number): Value {
    const rows = this.#graph.node('ReduceMean', [x], { axes: [3], keepdims: 0 });
    const channelsLast = this.#graph.node('Transpose', [rows], { perm: [0, 2, 1] });
    const moments = this.#graph.constant(heightMoments(side), [MOMENTS, side]);
    return this.#graph.node('Flatten', [this.#graph.node('MatMul', [moments, channelsLast])], { axis: 1 });
  }

  #convolve(x: Value, name: string, filters: ScaledFilters, { stride, padding, relu }: ConvolutionOptions): Value {
    const bias = this.#graph.constant(filters.bias, [filters.bias.length]);
    const window = { strides: [stride, stride], pads: [padding, padding, padding, padding] };
    const y = this.#graph.node('Conv', [x, this.#filters(filters), bias], window);
    return this.#named(name, relu ? this.#graph.node('Relu', [y]) : y);
  }

  #pad(x: Value, channels: number, edge: number): Value {
    if (channels === 0 && edge === 0) return x;
    const pads = [0, 0, 0, 0, 0, channels, edge, edge];
    return this.#graph.node('Pad', [x, this.#graph.constant(BigInt64Array.from(pads, BigInt), [8])]);
  }

  #named(name: string, value: Value): Value {
    this.#onValue(name, value);
    return value;
  }

  /**
   * Weights stored as bytes stay bytes in the file. ONNX Runtime computes their float values once, when it loads them; it would not do that for
   * DequantizeLinear.
   */
  #filters(filters: ScaledFilters): Value {
    const graph = this.#graph;
    const { stored, scale } = filters;
    const shape = filterShape(stored);
    if (!isQuantized(stored)) return graph.constant(floatFilters(filters), shape);
    const bytes = graph.constant(permute(stored.data, stored.shape, [3, 2, 0, 1]), shape);
    const float = graph.node('Cast', [bytes], { to: DATA_TYPE.float32 });
    const zero = graph.constant(Float32Array.of(-stored.min / stored.scale), []);
    const factors = scale.map((s) => s * stored.scale);
    const steps = graph.constant(factors, [scale.length, 1, 1, 1]);
    return graph.node('Mul', [graph.node('Sub', [float, zero]), steps]);
  }
}
