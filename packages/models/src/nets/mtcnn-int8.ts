import { FatalError } from '@attrai/contracts/errors';
import { Graph, type Value } from '../onnx/graph.ts';
import { dequantize, permute, type Tensor } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addByteConvolution, filterBytes } from './byte-convolution.ts';
import { type Convolution, convolution, takeRawInput } from './convolution.ts';
import type { ChannelRange, NetRanges } from './mtcnn-calibration.ts';
import { MEAN, MtcnnLayers, SCALE } from './mtcnn-layers.ts';
import { BLOCK, overBlocks } from './over-blocks.ts';
import { leadSteepTwice, straightPart } from './prelu.ts';

// P-Net and R-Net in bytes, as face-net-int8.ts has the face net. Their PReLU costs nothing extra: where a ≤ 1,
// prelu(y) = max(y, a·y), so that each convolution gives y and a·y side by side, and one max pool takes the larger of the two
// along with whatever is to be pooled anyway.

const BYTE_LIMIT = 255;
/** ONNX Runtime takes three times as long where outputs are no whole blocks of so many. */
const CHANNELS = 16;

/** Activations uint8 [N,H,W,channels]: a byte q of channel c stands for (q - zero) * step * unit[c]. */
interface Bytes {
  value: Value;
  step: number;
  zero: number;
  /** By channel, so that each uses the whole byte. The filters that read them are multiplied with it. */
  unit: readonly number[];
}

/** Takes the larger of y and a·y, and pools: uint8 [N,H,W, (4 ·) 2 · channels] → [N,h,w,channels]. */
type Pool = (graph: Graph, y: Value, channels: number) => Value;

/** `pnet` in bytes: the same, but for `image`, [1,H/2,W/2,12]: blocks of 2×2 pixels, upper left, upper right, lower left, lower right. */
export function pnetInt8(weights: Weights, ranges: NetRanges): Uint8Array {
  const net = new ByteNet('pnet', weights, ranges);
  const image = net.graph.input('image', 'uint8', [1, 'half-height', 'half-width', BLOCK]);
  const x = net.beginning(image, poolBlocks, pool(1, 1));
  const last = net.convolveAndMultiply(x, 'conv3', 'prelu3_alpha', ['conv4_1', 'conv4_2']);
  const planes = net.graph.node('Transpose', [last], { perm: [0, 3, 1, 2] });
  net.float.answer(planes, { probability: 1, regression: 4 }, [1], ['rows', 'columns']);
  return net.graph.encode();
}

/** `rnet` in bytes: the same, but for `crops`, [N,12,12,12]: blocks of 2×2 pixels, as `pnetInt8` takes them. */
export function rnetInt8(weights: Weights, ranges: NetRanges): Uint8Array {
  const net = new ByteNet('rnet', weights, ranges);
  const crops = net.graph.input('crops', 'uint8', ['faces', 12, 12, BLOCK]);
  const pooled = net.beginning(crops, poolOverlapping(11, 3, 2), pool(3, 2));
  const x = net.convolve(pooled, 'conv3', 'prelu3_alpha', pool(1, 1));
  const y = net.float.preluOfRows(net.dense(x, 'fc1', [3, 3, 64]), 'prelu4_alpha');
  net.float.answer(net.float.last(y, ['fc2_1', 'fc2_2']), { probability: 1, regression: 4 }, ['faces'], []);
  return net.graph.encode();
}

class ByteNet {
  readonly graph: Graph;
  /** For what stays float32. */
  readonly float: MtcnnLayers;
  readonly #read: (name: string) => Tensor;
  readonly #ranges: NetRanges;

  constructor(net: 'pnet' | 'rnet', weights: Weights, ranges: NetRanges) {
    this.graph = new Graph(`${net}-int8`);
    this.float = new MtcnnLayers(this.graph, weights, net);
    this.#read = (name) => dequantize(weights(`${net}/${name}`));
    this.#ranges = ranges;
  }

  /**
   * conv1 and conv2. conv1 works on blocks of 2×2 pixels, [N,H/2,W/2,12], and gives the outputs of all four side by side: over
   * three channels it would mostly gather its input.
   */
  beginning(blocks: Value, firstPool: Pool, secondPool: Pool): Bytes {
    const alpha = [...this.#read('prelu1_alpha').data];
    const conv1 = takeRawInput(this.#convolution('conv1'), MEAN, SCALE);
    const { first, slopes, second } = leadSteepTwice(conv1, alpha, this.#convolution('conv2'));
    const raw: Bytes = { value: blocks, step: 1, zero: 0, unit: new Array<number>(BLOCK).fill(1) };
    const range = rangesOfMaxima(this.#range('conv1'), alpha, slopes.length);
    const x = this.#convolvePairs(raw, first, slopes, range, firstPool, fourfold);
    return this.#convolvePairs(x, second, this.#slopes('prelu2_alpha'), this.#range('conv2'), secondPool);
  }

  convolve(x: Bytes, layer: string, alpha: string, pool: Pool): Bytes {
    return this.#convolvePairs(x, this.#convolution(layer), this.#slopes(alpha), this.#range(layer), pool);
  }

  /**
   * A convolution, its PReLU, and the layers behind it side by side: float32 [N,h,w,outputs]. prelu(y) = a·y + (1 - a)·relu(y), and what
   * the layers make of a·y is linear in x: further outputs of the convolution, lifted above 0 so that the relu takes nothing off them.
   * That is half as many outputs as y and a·y, and no pool.
   */
  convolveAndMultiply(x: Bytes, layer: string, alpha: string, layers: readonly string[]): Value {
    const conv = this.#convolution(layer);
    const slopes = this.#read(alpha).data;
    const { matrix, bias } = this.float.sideBySide(layers);
    const straight = straightPart(conv, slopes, matrix, bias.length);
    const ranges = this.#range(`${layer}/straight`);
    const channels = Math.ceil((conv.filters.length + ranges.length) / CHANNELS) * CHANNELS;
    const fill = <T>(list: T[], filler: T): T[] => [...list, ...new Array<T>(channels - list.length).fill(filler)];
    const units = [...this.#range(layer).map(([, high]) => high || 1), ...ranges.map(([low, high]) => high - low)];
    const bent = { unit: fill(units, 1), step: 1 / BYTE_LIMIT, zero: 0 };
    const lifted = straight.bias.map((b, k) => b - ranges[k]![0]);
    const value = this.#convolve(
      x,
      {
        ...conv,
        filters: fill(
          [...conv.filters, ...straight.filters],
          conv.filters[0]!.map(() => 0),
        ),
        bias: fill([...conv.bias, ...lifted], 0),
      },
      bent,
    );
    const row = (c: number) => matrix.subarray(c * bias.length, (c + 1) * bias.length);
    const bentRows = Array.from(slopes, (a, c) => row(c).map((w) => (1 - a) * w));
    const straightRows = ranges.map((_, k) => Float32Array.from(bias, (_, o) => (o === k ? 1 : 0)));
    const rows = fill([...bentRows, ...straightRows], new Float32Array(bias.length));
    const lowered = bias.map((b, k) => b + ranges[k]![0]);
    return this.multiply({ value, ...bent }, Float32Array.from(rows.flatMap((weights) => [...weights])), lowered);
  }

  /**
   * x [N,h,w,inputs] → float32 [N,h,w,outputs]
   *
   * @param matrix row-major [inputs, outputs]
   */
  multiply(x: Bytes, matrix: Float32Array, bias: Float32Array): Value {
    const { graph } = this;
    const outputs = bias.length;
    const scaled = matrix.map((w, i) => w * x.unit[Math.floor(i / outputs) % x.unit.length]!);
    const { bytes, steps } = filterBytes(permute(scaled, [scaled.length / outputs, outputs], [1, 0]), outputs);
    return graph.node('com.microsoft.MatMulIntegerToFloat', [
      x.value,
      graph.constant(permute(bytes, [outputs, scaled.length / outputs], [1, 0]), [scaled.length / outputs, outputs]),
      graph.constant(Float32Array.of(x.step), []),
      graph.constant(steps, [outputs]),
      graph.constant(Uint8Array.of(x.zero), []),
      graph.constant(new Int8Array(outputs), [outputs]),
      graph.constant(bias, [outputs]),
    ]);
  }

  /** @param shape width, height and channels of `x` */
  dense(x: Bytes, layer: string, shape: readonly [number, number, number]): Value {
    const { data, shape: matrix } = this.#read(`${layer}/weights`);
    const rows = permute(data, [...shape, matrix[1]!], [1, 0, 2, 3]);
    const flat = { ...x, value: this.graph.node('Flatten', [x.value], { axis: 1 }) };
    return this.multiply(flat, rows, this.#read(`${layer}/bias`).data);
  }

  #convolvePairs(
    x: Bytes,
    conv: Convolution,
    slopes: readonly number[],
    ranges: readonly ChannelRange[],
    pool: Pool,
    spread?: (conv: Convolution) => Convolution,
  ): Bytes {
    const { unit, step, zero } = coding(ranges);
    const pairs = {
      ...conv,
      filters: [...conv.filters, ...conv.filters.map((filter, o) => filter.map((w) => w * slopes[o]!))],
      bias: [...conv.bias, ...conv.bias.map((b, o) => b * slopes[o]!)],
    };
    const y = this.#convolve(x, pairs, { unit: [...unit, ...unit], step, zero }, spread);
    return { value: pool(this.graph, y, unit.length), step, zero, unit };
  }

  /** @param spread puts the convolution, already in x's units and those of `to`, into another form */
  #convolve(
    x: Bytes,
    conv: Convolution,
    to: Pick<Bytes, 'step' | 'zero' | 'unit'>,
    spread: (conv: Convolution) => Convolution = (same) => same,
  ): Value {
    const { inputs, height, width, filters, bias } = spread({
      ...conv,
      filters: conv.filters.map((filter, o) => scale(filter, conv, x.unit, 1 / to.unit[o]!)),
      bias: conv.bias.map((b, o) => b / to.unit[o]!),
    });
    const data = Float32Array.from(filters.flatMap((filter) => [...filter]));
    const shape = [filters.length, inputs, height, width];
    return addByteConvolution(
      this.graph,
      x.value,
      x,
      to,
      { data, shape, bias },
      { strides: [1, 1], pads: [0, 0, 0, 0] },
    );
  }

  #slopes(alpha: string): number[] {
    const slopes = [...this.#read(alpha).data];
    if (slopes.some((a) => a > 1)) throw new FatalError('weights_changed', `A slope of ${alpha} is above 1`);
    return slopes;
  }

  #convolution(layer: string): Convolution {
    return convolution(this.#read(`${layer}/weights`), this.#read(`${layer}/bias`));
  }

  #range(layer: string): ChannelRange[] {
    const ranges = this.#ranges[layer];
    if (ranges === undefined) throw new FatalError('weights_changed', `The calibration has no ranges of ${layer}`);
    return ranges;
  }
}

/** What the channels of leadSteepTwice reach, from what the PReLU reaches. */
function rangesOfMaxima(ranges: readonly ChannelRange[], alpha: readonly number[], channels: number): ChannelRange[] {
  const maxima = ranges.map(([low, high], c): ChannelRange => {
    const a = alpha[c]!;
    return a > 1 ? [low / a, high * a] : [low, high];
  });
  const steep = ranges.flatMap(([low, high], c): ChannelRange[] => (alpha[c]! > 1 ? [[low / alpha[c]!, high]] : []));
  const used = [...maxima, ...steep];
  return [...used, ...new Array<ChannelRange>(channels - used.length).fill([0, 0])];
}

function coding(ranges: readonly ChannelRange[]): Pick<Bytes, 'step' | 'zero' | 'unit'> {
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

/** A 3×3 convolution over pixels as one over blocks of 2×2: its outputs for each of the four pixels, one after another. */
function fourfold({ filters, bias }: Convolution): Convolution {
  const corners = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const;
  return {
    inputs: BLOCK,
    height: 2,
    width: 2,
    filters: corners.flatMap(([down, right]) => filters.map((filter) => overBlocks(filter, 3, down, right))),
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

/** Max pool over pictures of side × side blocks whose windows reach into other blocks. */
function poolOverlapping(side: number, kernel: number, stride: number): Pool {
  return (graph, y, channels) => {
    const rows = graph.node('Transpose', [reshape(graph, y, [0, 0, 0, 2, 4 * channels])], { perm: [0, 1, 3, 2, 4] });
    return maxPool(graph, reshape(graph, rows, [0, 2 * side, 4 * side, channels]), kernel, stride);
  };
}

/** @param x [N,H,2·W,channels]: y and a·y of each pixel side by side; windows that begin inside count */
function maxPool(graph: Graph, x: Value, kernel: number, stride: number): Value {
  return graph.node('com.microsoft.NhwcMaxPool', [x], {
    kernel_shape: [kernel, 2 * kernel],
    strides: [stride, 2 * stride],
    ceil_mode: 1,
  });
}

function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  return graph.node('Reshape', [x, graph.constant(BigInt64Array.from(shape, BigInt), [shape.length])]);
}
