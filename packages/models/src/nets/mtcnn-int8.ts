import { FatalError } from '@attrai/contracts/errors';
import { Graph, type Value } from '../onnx/graph.ts';
import { permute } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addByteConvolution, filterBytes, type UnitBytes, type UnitCoding } from './byte-convolution.ts';
import type { ChannelRange, NetRanges } from './calibration.ts';
import { type Convolution, fill, flatten, joined, readConvolution, takeRawInput } from './convolution.ts';
import { MEAN, MtcnnLayers, SCALE } from './mtcnn-layers.ts';
import { BLOCK, overBlocks } from './over-blocks.ts';
import { doubleSteepChannels, straightPart } from './prelu.ts';

// P-Net and R-Net in int8, as face-net-int8.ts has the face net. Their PReLU costs nothing extra. If a ≤ 1, prelu(y) = max(y, a·y). So each
// convolution gives y and a·y side by side, and one max pool takes the larger of the two along with whatever is to be pooled anyway.

const BYTE_LIMIT = 255;
/** ONNX Runtime takes three times as long if the number of outputs is no multiple of this. */
const CHANNELS = 16;

/** Takes the larger of y and a·y, and pools: uint8 [N,H,W, (4 ·) 2 · channels] → [N,h,w,channels]. */
type Pool = (graph: Graph, y: Value, channels: number) => Value;

/** `pnet` in int8. The only difference is `image`, [1,H/2,W/2,12]: 2×2 blocks of pixels, upper left, upper right, lower left, lower right. */
export function pnetInt8(weights: Weights, ranges: NetRanges): Uint8Array {
  const net = new ByteNet('pnet', weights, ranges);
  const image = net.graph.input('image', 'uint8', [1, 'half-height', 'half-width', BLOCK]);
  const x = net.beginning(image, poolBlocks, pool(1, 1));
  const last = net.convolveAndMultiply(x, 'conv3', 'prelu3_alpha', ['conv4_1', 'conv4_2']);
  const planes = net.graph.node('Transpose', [last], { perm: [0, 3, 1, 2] });
  net.float.answer(planes, { probability: 1, regression: 4 }, [1], ['rows', 'columns']);
  return net.graph.encode();
}

/** `rnet` in int8. The only difference is `crops`, [N,12,12,12]: blocks as for `pnetInt8`. */
export function rnetInt8(weights: Weights, ranges: NetRanges): Uint8Array {
  const net = new ByteNet('rnet', weights, ranges);
  const crops = net.graph.input('crops', 'uint8', ['faces', 12, 12, BLOCK]);
  const pooled = net.beginning(crops, poolOverlapping(11, 3, 2), pool(3, 2));
  const x = net.convolve(pooled, 'conv3', 'prelu3_alpha', pool(1, 1));
  const y = net.float.preluOfRows(net.dense(x, 'fc1', [3, 3, 64]), 'prelu4_alpha');
  net.float.answer(net.float.last(y, ['fc2_1', 'fc2_2']), { probability: 1, regression: 4 }, ['faces'], []);
  return net.graph.encode();
}

/** A convolution with its PReLU and a pool. */
interface PooledConvolution {
  conv: Convolution;
  slopes: readonly number[];
  /** Of each channel, after the PReLU. */
  ranges: readonly ChannelRange[];
  pool: Pool;
  /** Puts the convolution, already in the units of its input and output, into another form. */
  spread?: (conv: Convolution) => Convolution;
}

class ByteNet {
  readonly graph: Graph;
  /** For the layers that stay float32. */
  readonly float: MtcnnLayers;
  readonly #weights: Weights;
  readonly #ranges: NetRanges;

  constructor(net: 'pnet' | 'rnet', weights: Weights, ranges: NetRanges) {
    this.graph = new Graph(`${net}-int8`);
    this.#weights = weights.of(`${net}/`);
    this.float = new MtcnnLayers(this.graph, this.#weights);
    this.#ranges = ranges;
  }

  /**
   * conv1 and conv2. conv1 works on 2×2 blocks, [N,H/2,W/2,12], and gives the outputs of all four pixels side by side: over three channels it
   * would spend its time gathering its input.
   */
  beginning(blocks: Value, firstPool: Pool, secondPool: Pool): UnitBytes {
    const alpha = [...this.#weights.float('prelu1_alpha').data];
    const conv1 = takeRawInput(readConvolution(this.#weights, 'conv1'), MEAN, SCALE);
    const pair = { first: conv1, slopes: alpha, second: readConvolution(this.#weights, 'conv2') };
    const { first, slopes, second } = doubleSteepChannels(pair);
    const raw: UnitBytes = { value: blocks, step: 1, zero: 0, unit: new Array<number>(BLOCK).fill(1) };
    const ranges = rangesOfMaxima(this.#range('conv1'), alpha, slopes.length);
    const x = this.#convolvePairs(raw, { conv: first, slopes, ranges, pool: firstPool, spread: fourfold });
    const [ranges2, slopes2] = [this.#range('conv2'), this.#slopes('prelu2_alpha')];
    return this.#convolvePairs(x, { conv: second, slopes: slopes2, ranges: ranges2, pool: secondPool });
  }

  convolve(x: UnitBytes, layer: string, alpha: string, pool: Pool): UnitBytes {
    const [conv, slopes] = [readConvolution(this.#weights, layer), this.#slopes(alpha)];
    return this.#convolvePairs(x, { conv, slopes, ranges: this.#range(layer), pool });
  }

  /**
   * A convolution, its PReLU, and the next layers side by side: float32 [N,h,w,outputs]. prelu(y) = a·y + (1 - a)·relu(y), and what the
   * next layers make of a·y is linear in x. So these are further outputs of the convolution, lifted above 0 so that the relu cuts nothing
   * off. That is half as many outputs as y and a·y, and no pool.
   */
  convolveAndMultiply(x: UnitBytes, layer: string, alpha: string, layers: readonly string[]): Value {
    const conv = readConvolution(this.#weights, layer);
    const slopes = this.#weights.float(alpha).data;
    const { matrix, bias } = this.float.sideBySide(layers);
    const straight = straightPart(conv, slopes, matrix, bias.length);
    const ranges = this.#range(`${layer}/straight`);
    const channels = Math.ceil((conv.filters.length + ranges.length) / CHANNELS) * CHANNELS;
    const units = [...this.#range(layer).map(([, high]) => high || 1), ...ranges.map(([low, high]) => high - low)];
    const lifted = straight.bias.map((b, k) => b - ranges[k]![0]);
    const nothing = new Float32Array(conv.filters[0]!.length);
    const wide = {
      ...conv,
      filters: fill([...conv.filters, ...straight.filters], channels, nothing),
      bias: fill([...conv.bias, ...lifted], channels, 0),
    };
    const bent = this.#convolve(x, wide, { unit: fill(units, channels, 1), step: 1 / BYTE_LIMIT, zero: 0 });
    const row = (c: number) => matrix.subarray(c * bias.length, (c + 1) * bias.length);
    const bentRows = Array.from(slopes, (a, c) => row(c).map((w) => (1 - a) * w));
    const straightRows = ranges.map((_, k) => Float32Array.from(bias, (_, o) => (o === k ? 1 : 0)));
    const rows = fill([...bentRows, ...straightRows], channels, new Float32Array(bias.length));
    const lowered = bias.map((b, k) => b + ranges[k]![0]);
    return this.#multiply(bent, joined(rows), lowered);
  }

  /** @param shape width, height and channels of `x` */
  dense(x: UnitBytes, layer: string, shape: readonly [number, number, number]): Value {
    const { data, shape: matrix } = this.#weights.float(`${layer}/weights`);
    const rows = permute(data, [...shape, matrix[1]!], [1, 0, 2, 3]);
    const flat = { ...x, value: this.graph.node('Flatten', [x.value], { axis: 1 }) };
    return this.#multiply(flat, rows, this.#weights.float(`${layer}/bias`).data);
  }

  /** x [N,h,w,inputs] → float32 [N,h,w,outputs] @param matrix row-major [inputs, outputs] */
  #multiply(x: UnitBytes, matrix: Float32Array, bias: Float32Array): Value {
    const { graph } = this;
    const outputs = bias.length;
    const inputs = matrix.length / outputs;
    const scaled = matrix.map((w, i) => w * x.unit[Math.floor(i / outputs) % x.unit.length]!);
    const { bytes, steps } = filterBytes(permute(scaled, [inputs, outputs], [1, 0]), outputs);
    return graph.node('com.microsoft.MatMulIntegerToFloat', [
      x.value,
      graph.constant(permute(bytes, [outputs, inputs], [1, 0]), [inputs, outputs]),
      graph.constant(Float32Array.of(x.step), []),
      graph.constant(steps, [outputs]),
      graph.constant(Uint8Array.of(x.zero), []),
      graph.constant(new Int8Array(outputs), [outputs]),
      graph.constant(bias, [outputs]),
    ]);
  }

  #convolvePairs(x: UnitBytes, { conv, slopes, ranges, pool, spread }: PooledConvolution): UnitBytes {
    const to = coding(ranges);
    const pairs = {
      ...conv,
      filters: [...conv.filters, ...conv.filters.map((filter, o) => filter.map((w) => w * slopes[o]!))],
      bias: [...conv.bias, ...conv.bias.map((b, o) => b * slopes[o]!)],
    };
    const y = this.#convolve(x, pairs, { ...to, unit: [...to.unit, ...to.unit] }, spread);
    return { ...to, value: pool(this.graph, y.value, to.unit.length) };
  }

  #convolve(x: UnitBytes, conv: Convolution, to: UnitCoding, spread = (same: Convolution) => same): UnitBytes {
    const inUnits = {
      ...conv,
      filters: conv.filters.map((filter, o) => scale(filter, conv, x.unit, 1 / to.unit[o]!)),
      bias: conv.bias.map((b, o) => b / to.unit[o]!),
    };
    return addByteConvolution(this.graph, x, flatten(spread(inUnits)), to);
  }

  #slopes(alpha: string): number[] {
    const slopes = [...this.#weights.float(alpha).data];
    if (slopes.some((a) => a > 1)) throw new FatalError('weights_changed', `A slope of ${alpha} is above 1`);
    return slopes;
  }

  #range(layer: string): ChannelRange[] {
    const ranges = this.#ranges[layer];
    if (ranges === undefined) throw new FatalError('weights_changed', `The calibration has no ranges of ${layer}`);
    return ranges;
  }
}

/** The ranges of doubleSteepChannels' channels, from the ranges after the PReLU. */
function rangesOfMaxima(ranges: readonly ChannelRange[], alpha: readonly number[], channels: number): ChannelRange[] {
  const maxima = ranges.map(([low, high], c): ChannelRange => {
    const a = alpha[c]!;
    return a > 1 ? [low / a, high * a] : [low, high];
  });
  const steep = ranges.flatMap(([low, high], c): ChannelRange[] => (alpha[c]! > 1 ? [[low / alpha[c]!, high]] : []));
  return fill([...maxima, ...steep], channels, [0, 0]);
}

function coding(ranges: readonly ChannelRange[]): UnitCoding {
  const unit = ranges.map(([low, high]) => Math.max(high, -low) || 1);
  const lowest = Math.max(0, ...ranges.map(([low], c) => -low / unit[c]!));
  const step = (1 + lowest) / BYTE_LIMIT;
  return { unit, step, zero: Math.round(lowest / step) };
}

/** @param filter row-major [inputs, height, width]; input c is multiplied with units[c] */
function scale(filter: Float32Array, conv: Convolution, units: readonly number[], by: number): Float32Array {
  const size = conv.height * conv.width;
  return filter.map((w, i) => w * (units.length === conv.inputs ? units[Math.floor(i / size)]! : 1) * by);
}

/** Turns a 3×3 convolution over pixels into one over 2×2 blocks: its outputs for each of the four pixels, one after another. */
function fourfold({ filters, bias }: Convolution): Convolution {
  const corners = ([0, 1] as const).flatMap((down) => [0, 1].map((right) => ({ down, right })));
  return {
    inputs: BLOCK,
    height: 2,
    width: 2,
    filters: corners.flatMap((corner) => filters.map((filter) => overBlocks(filter, 3, corner))),
    bias: corners.flatMap(() => bias),
  };
}

/** Max pool of single outputs. */
function pool(kernel: number, stride: number): Pool {
  return (graph, y, channels) => maxPool(graph, reshape(graph, y, [0, 0, -1, channels]), kernel, stride);
}

/** Max pool 2×2, stride 2: each block's four outputs. */
function poolBlocks(graph: Graph, y: Value, channels: number): Value {
  const wide = reshape(graph, y, [0, 0, -1, channels]);
  return graph.node('com.microsoft.NhwcMaxPool', [wide], { kernel_shape: [1, 8], strides: [1, 8] });
}

/** Max pool over pictures of side × side blocks, whose windows reach into other blocks. */
function poolOverlapping(side: number, kernel: number, stride: number): Pool {
  return (graph, y, channels) => {
    const rows = graph.node('Transpose', [reshape(graph, y, [0, 0, 0, 2, 4 * channels])], { perm: [0, 1, 3, 2, 4] });
    return maxPool(graph, reshape(graph, rows, [0, 2 * side, 4 * side, channels]), kernel, stride);
  };
}

/** @param x [N,H,2·W,channels]: y and a·y of each pixel side by side; windows that begin inside count */
function maxPool(graph: Graph, x: Value, kernel: number, stride: number): Value {
  const window = { kernel_shape: [kernel, 2 * kernel], strides: [stride, 2 * stride], ceil_mode: 1 };
  return graph.node('com.microsoft.NhwcMaxPool', [x], window);
}

function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  return graph.node('Reshape', [x, graph.constant(BigInt64Array.from(shape, BigInt), [shape.length])]);
}
