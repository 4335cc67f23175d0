import { FatalError } from '@attrai/contracts/errors';
import { Graph } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import {
  AGE_MEAN,
  AGE_RANGE,
  AGE_SIDE,
  type AgeLayers,
  addAgeNet,
  BEHIND,
  convolutionFilters,
  depthwiseFilters,
  type Sum,
} from './age.ts';
import {
  addByteConvolution,
  addByteSum,
  type ByteConvolution,
  type UnitBytes,
  type UnitCoding,
  withCoding,
} from './byte-convolution.ts';
import type { AgeCalibration } from './calibration.ts';
import { joined, parts } from './convolution.ts';
import { BLOCK, overBlocks } from './over-blocks.ts';

/** From sum to sum, these blocks pass the same stream on unchanged: it keeps its units. */
const ONE_STREAM = ['entry_flow/reduction_block_1', 'middle_flow/main_block_0', 'middle_flow/main_block_1'];

/** `age` in int8. The only difference is `faces`, [N,56,56,12]: 2×2 blocks of pixels, upper left, upper right, lower left, lower right. */
export function ageInt8(weights: Weights, calibration: AgeCalibration): Uint8Array {
  const graph = new Graph('age-int8');
  addAgeNet(new ByteAgeLayers(graph, weights, calibration));
  return graph.encode();
}

/** In int8, axes [N, H, W, channels]. */
class ByteAgeLayers implements AgeLayers<UnitBytes> {
  readonly #graph: Graph;
  readonly #weights: Weights;
  readonly #calibration: AgeCalibration;

  constructor(graph: Graph, weights: Weights, calibration: AgeCalibration) {
    this.#graph = graph;
    this.#weights = weights;
    this.#calibration = calibration;
  }

  /** The padding stands for green's mean in every channel, not for each channel's own: that moves ages by a hundredth of a year. */
  begin(name: string): UnitBytes {
    const side = AGE_SIDE / 2;
    const zero = Math.round(AGE_MEAN[1]);
    const value = this.#graph.input('faces', 'uint8', ['faces', side, side, BLOCK]);
    const faces = { value, step: 1, zero, unit: new Array<number>(BLOCK).fill(1) };
    const { data, shape } = convolutionFilters(this.#weights, `${name}/filters`);
    const [outputs = 0, , size = 0] = shape;
    const filters = parts(
      data.map((w) => w / AGE_RANGE),
      outputs,
    );
    const shift = (filter: Float32Array) =>
      filter.reduce((sum, w, i) => sum + w * (zero - AGE_MEAN[Math.floor(i / size ** 2)]!), 0);
    const bias = this.#read(`${name}/bias`).map((b, o) => b + shift(filters[o]!));
    const half = (size + 1) / 2;
    const blocks = joined(filters.map((filter) => overBlocks(filter, size)));
    const convolution = { data: blocks, shape: [outputs, BLOCK, half, half], bias, pads: BEHIND };
    return this.#convolve(faces, convolution, active(this.#unitsOf(name)));
  }

  separable(x: UnitBytes, name: string, relu: boolean): UnitBytes {
    const depthwise = depthwiseFilters(this.#weights, `${name}/depthwise_filter`);
    const group = depthwise.shape[0]!;
    const each = { ...depthwise, bias: new Float32Array(group), pads: [1, 1, 1, 1] as const, group };
    const y = this.#convolve(x, each, signed(this.#unitsOf(`${name}/depthwise_filter`)));
    const to = relu ? active(this.#unitsOf(`${name}/pointwise_filter`)) : signed(this.#unitsOfSum(blockOf(name)));
    const pointwise = convolutionFilters(this.#weights, `${name}/pointwise_filter`);
    return this.#convolve(y, { ...pointwise, bias: this.#read(`${name}/bias`) }, to);
  }

  maxPool(x: UnitBytes): UnitBytes {
    const window = { kernel_shape: [3, 3], strides: [2, 2], pads: BEHIND };
    return { ...x, value: this.#graph.node('com.microsoft.NhwcMaxPool', [x.value], window) };
  }

  expand(x: UnitBytes, name: string): UnitBytes {
    const filters = convolutionFilters(this.#weights, `${name}/filters`);
    const convolution = { ...filters, bias: this.#read(`${name}/bias`), strides: [2, 2] as const };
    return this.#convolve(x, convolution, signed(this.#unitsOfSum(blockOf(name))));
  }

  add(a: UnitBytes, b: UnitBytes, name: string): Sum<UnitBytes> {
    const units = this.#unitsOfSum(name);
    const to = (coding: UnitCoding) => addByteSum(this.#graph, a, b, coding);
    return { sum: to(signed(units)), active: to(active(units)) };
  }

  end(x: UnitBytes): void {
    const graph = this.#graph;
    const float = graph.node('DequantizeLinear', withCoding(graph, x));
    const average = graph.node('ReduceMean', [float], { axes: [1, 2], keepdims: 0 });
    const weights = this.#read('fc/age/weights').map((w, c) => w * x.unit[c]!);
    const bias = this.#read('fc/age/bias').map((years) => years - this.#calibration.excess);
    const inputs = [average, graph.constant(weights, [weights.length, 1]), graph.constant(bias, [1])];
    graph.node('Gemm', inputs, {}, 'age');
    graph.output('age', 'float32', ['faces', 1]);
  }

  #convolve(x: UnitBytes, convolution: ByteConvolution, to: UnitCoding): UnitBytes {
    const { data, shape, bias, group } = convolution;
    const [outputs = 0, inputs = 0, height = 0, width = 0] = shape;
    const each = inputs * height * width;
    const inUnits = data.map((w, i) => {
      const output = Math.floor(i / each);
      const input = group === outputs ? output : Math.floor((i % each) / (height * width));
      return (w * x.unit[input]!) / to.unit[output]!;
    });
    const scaled = { ...convolution, data: inUnits, bias: Float32Array.from(bias, (b, o) => b / to.unit[o]!) };
    return addByteConvolution(this.#graph, x, scaled, to);
  }

  #unitsOf(name: string): number[] {
    const units = this.#calibration.units[name];
    if (units === undefined) throw new FatalError('weights_changed', `The calibration has no units of ${name}`);
    return units;
  }

  /** The units of a block's sum, with room for each of the two that are added. */
  #unitsOfSum(block: string): number[] {
    const blocks = ONE_STREAM.includes(block) ? ONE_STREAM : [block];
    const all = blocks.flatMap((one) => [one, ...addedIn(one)]).map((name) => this.#unitsOf(name));
    return all[0]!.map((_, c) => Math.max(...all.map((units) => units[c]!)));
  }

  #read(name: string): Float32Array {
    return this.#weights.float(name).data;
  }
}

/** From 0 up. What is below is cut off, which is the relu. */
function active(unit: readonly number[]): UnitCoding {
  return { unit, step: 1 / 255, zero: 0 };
}

/** As far below 0 as above. */
function signed(unit: readonly number[]): UnitCoding {
  return { unit, step: 1 / 127, zero: 128 };
}

function blockOf(layer: string): string {
  return layer.slice(0, layer.lastIndexOf('/'));
}

/** The convolutions whose outputs a block adds. The middle blocks add their own input. */
function addedIn(block: string): string[] {
  if (block.startsWith('middle_flow')) return [`${block}/separable_conv2/pointwise_filter`];
  return [`${block}/separable_conv1/pointwise_filter`, `${block}/expansion_conv`];
}
