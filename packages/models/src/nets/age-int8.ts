import { FatalError } from '@attrai/contracts/errors';
import { Graph, type Value } from '../onnx/graph.ts';
import { dequantize } from '../weights/tensor.ts';
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
import type { AgeCalibration } from './age-calibration.ts';
import { addByteConvolution, addByteSum, addCoding, type Coding, type Window } from './byte-convolution.ts';
import { BLOCK, overBlocks } from './over-blocks.ts';

/** A byte q of channel c stands for (q - zero) * step * unit[c], so that each channel uses the whole byte. */
interface UnitCoding extends Coding {
  unit: readonly number[];
}

const POINTWISE: Window = { strides: [1, 1], pads: [0, 0, 0, 0] };
/** What goes through these unchanged, from sum to sum, keeps its units. */
const ONE_STREAM = ['entry_flow/reduction_block_1', 'middle_flow/main_block_0', 'middle_flow/main_block_1'];

/** `age` in bytes: the same, but for `faces`, [N,56,56,12]: blocks of 2×2 pixels, upper left, upper right, lower left, lower right. */
export function ageInt8(weights: Weights, calibration: AgeCalibration): Uint8Array {
  const graph = new Graph('age-int8');
  addAgeNet(new ByteAgeLayers(graph, weights, calibration));
  return graph.encode();
}

/** In bytes, axes [N, H, W, channels]. */
class ByteAgeLayers implements AgeLayers {
  readonly #graph: Graph;
  readonly #weights: Weights;
  readonly #calibration: AgeCalibration;
  readonly #codings = new Map<Value, UnitCoding>();

  constructor(graph: Graph, weights: Weights, calibration: AgeCalibration) {
    this.#graph = graph;
    this.#weights = weights;
    this.#calibration = calibration;
  }

  /** What is padded stands for green's mean in every channel, and not for each one's own: that moves ages by a hundredth of a year. */
  begin(name: string): Value {
    const side = AGE_SIDE / 2;
    const zero = Math.round(AGE_MEAN[1]);
    const faces = this.#graph.input('faces', 'uint8', ['faces', side, side, BLOCK]);
    this.#codings.set(faces, { step: 1, zero, unit: new Array<number>(BLOCK).fill(1) });
    const { data, shape } = convolutionFilters(this.#weights, `${name}/filters`);
    const [outputs = 0, , size = 0] = shape;
    const each = data.length / outputs;
    const filters = Array.from({ length: outputs }, (_, o) =>
      data.map((w) => w / AGE_RANGE).subarray(o * each, (o + 1) * each),
    );
    const bias = this.#read(`${name}/bias`).map(
      (b, o) => b + filters[o]!.reduce((sum, w, i) => sum + w * (zero - AGE_MEAN[Math.floor(i / size ** 2)]!), 0),
    );
    const blocks = Float32Array.from(filters.flatMap((filter) => [...overBlocks(filter, size, 0, 0)]));
    const half = (size + 1) / 2;
    const to = active(this.#unitsOf(name));
    return this.#convolve(
      faces,
      to,
      { data: blocks, shape: [outputs, BLOCK, half, half], bias },
      { ...POINTWISE, pads: BEHIND },
    );
  }

  separable(x: Value, name: string, relu: boolean): Value {
    const depthwise = depthwiseFilters(this.#weights, `${name}/depthwise_filter`);
    const channels = depthwise.shape[0]!;
    const within = signed(this.#unitsOf(`${name}/depthwise_filter`));
    const bias = new Float32Array(channels);
    const y = this.#convolve(
      x,
      within,
      { ...depthwise, bias },
      { strides: [1, 1], pads: [1, 1, 1, 1], group: channels },
    );
    const to = relu ? active(this.#unitsOf(`${name}/pointwise_filter`)) : signed(this.#unitsOfSum(blockOf(name)));
    const pointwise = convolutionFilters(this.#weights, `${name}/pointwise_filter`);
    return this.#convolve(y, to, { ...pointwise, bias: this.#read(`${name}/bias`) }, POINTWISE);
  }

  maxPool(x: Value): Value {
    const window = { kernel_shape: [3, 3], strides: [2, 2], pads: BEHIND };
    return this.#coded(this.#graph.node('com.microsoft.NhwcMaxPool', [x], window), this.#codings.get(x)!);
  }

  expand(x: Value, name: string): Value {
    const to = signed(this.#unitsOfSum(blockOf(name)));
    const filters = convolutionFilters(this.#weights, `${name}/filters`);
    return this.#convolve(x, to, { ...filters, bias: this.#read(`${name}/bias`) }, { ...POINTWISE, strides: [2, 2] });
  }

  add(a: Value, b: Value, name: string): Sum {
    const units = this.#unitsOfSum(name);
    const codings = [this.#codings.get(a)!, this.#codings.get(b)!] as const;
    const to = (coding: UnitCoding) => this.#coded(addByteSum(this.#graph, [a, b], codings, coding), coding);
    return { sum: to(signed(units)), active: to(active(units)) };
  }

  end(x: Value): void {
    const graph = this.#graph;
    const { unit, ...coding } = this.#codings.get(x)!;
    const float = graph.node('DequantizeLinear', [x, ...addCoding(graph, coding)]);
    const average = graph.node('ReduceMean', [float], { axes: [1, 2], keepdims: 0 });
    const weights = this.#read('fc/age/weights').map((w, c) => w * unit[c]!);
    const bias = this.#read('fc/age/bias').map((years) => years - this.#calibration.excess);
    const inputs = [average, graph.constant(weights, [weights.length, 1]), graph.constant(bias, [1])];
    graph.node('Gemm', inputs, {}, 'age');
    graph.output('age', 'float32', ['faces', 1]);
  }

  #convolve(
    x: Value,
    to: UnitCoding,
    { data, shape, bias }: { data: Float32Array; shape: readonly number[]; bias: Float32Array },
    window: Window,
  ): Value {
    const from = this.#codings.get(x)!;
    const [outputs = 0, inputs = 0, height = 0, width = 0] = shape;
    const each = inputs * height * width;
    const inUnits = data.map((w, i) => {
      const output = Math.floor(i / each);
      const input = window.group === outputs ? output : Math.floor((i % each) / (height * width));
      return (w * from.unit[input]!) / to.unit[output]!;
    });
    const filters = { data: inUnits, shape, bias: bias.map((b, o) => b / to.unit[o]!) };
    return this.#coded(addByteConvolution(this.#graph, x, from, to, filters, window), to);
  }

  #coded(value: Value, coding: UnitCoding): Value {
    this.#codings.set(value, coding);
    return value;
  }

  #unitsOf(name: string): number[] {
    const units = this.#calibration.units[name];
    if (units === undefined) throw new FatalError('weights_changed', `The calibration has no units of ${name}`);
    return units;
  }

  /** Of a block's sum, with room for each of the two that are added. */
  #unitsOfSum(block: string): number[] {
    const blocks = ONE_STREAM.includes(block) ? ONE_STREAM : [block];
    const all = blocks.flatMap((one) => [one, ...addedIn(one)]).map((name) => this.#unitsOf(name));
    return all[0]!.map((_, c) => Math.max(...all.map((units) => units[c]!)));
  }

  #read(name: string): Float32Array {
    return dequantize(this.#weights(name)).data;
  }
}

/** From 0 up: what is below is cut off, which is the relu. */
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

/** The convolutions whose outputs a block adds; the middle ones add what came in. */
function addedIn(block: string): string[] {
  if (block.startsWith('middle_flow')) return [`${block}/separable_conv2/pointwise_filter`];
  return [`${block}/separable_conv1/pointwise_filter`, `${block}/expansion_conv`];
}
