import { FatalError } from '@attrai/contracts/errors';
import type { Graph, Value } from '../onnx/graph.ts';
import { addConvolution, type Convolution, fill } from './convolution.ts';

// ONNX Runtime's own PRelu takes half of MTCNN's time. It branches on each number, and it does not work in the blocked layout (NCHWc) of
// convolutions, so that everything is reordered before and after it. The forms below use operators that stay in that layout. They equal
// PRelu up to rounding, and need whole blocks of channels.
const BLOCK = 16;

export type Pool = (x: Value) => Value;

/**
 * prelu(y) = a·y + relu((1 - a)·y)
 *
 * @param x [N, alpha.length, H, W]
 * @param alpha slopes below zero, none above 1
 */
export function prelu(graph: Graph, x: Value, alpha: readonly number[]): Value {
  if (alpha.some((a) => a > 1)) throw new FatalError('weights_changed', 'A slope above 1 needs preluPoolConvolution');
  const rest = alpha.map((a) => 1 - a);
  const bent = graph.node('Relu', [multiply(graph, x, rest)]);
  return graph.node('Add', [multiply(graph, x, alpha), bent]);
}

/** A convolution, the slopes of its PReLU, and the next convolution. */
interface PreluPair {
  first: Convolution;
  slopes: readonly number[];
  second: Convolution;
}

/**
 * Convolution, PReLU, max pool, convolution.
 *
 * If a ≤ 1, prelu(y) = max(y, a·y). Maxima may be taken in any order: pooling comes first, and what follows has a fraction of the pixels. If
 * a > 1, prelu(y) = min(y, a·y) = y + a·y - max(y, a·y). It is monotone, so it too may follow the pool. Such a channel gets a second
 * channel, pool(y), and the next convolution, which is linear, computes (1 + a)·pool(y) - max(...).
 */
export function preluPoolConvolution(graph: Graph, x: Value, pair: PreluPair, pool: Pool): Value {
  const { first, slopes, second } = doubleSteepChannels(pair);
  const y = addConvolution(graph, x, first);
  const larger = maximum(graph, pool(y), pool(multiply(graph, y, slopes)), slopes.length);
  return addConvolution(graph, larger, second);
}

/** Rewrites the PReLU between two convolutions as a maximum, with no slope above 1, in whole blocks of channels: see preluPoolConvolution. */
export function doubleSteepChannels({ first, slopes, second }: PreluPair): PreluPair {
  const steep = slopes.flatMap((a, channel) => (a > 1 ? [channel] : []));
  const channels = Math.ceil((slopes.length + steep.length) / BLOCK) * BLOCK;
  const nothing = new Float32Array(first.filters[0]!.length);
  return {
    first: {
      ...first,
      filters: fill([...first.filters, ...steep.map((c) => first.filters[c]!)], channels, nothing),
      bias: fill([...first.bias, ...steep.map((c) => first.bias[c]!)], channels, 0),
    },
    slopes: fill(slopes, channels, 1),
    second: {
      ...second,
      inputs: channels,
      filters: second.filters.map((filter) => widen(filter, slopes, steep, channels)),
    },
  };
}

/**
 * prelu(y) = a·y + (1 - a)·relu(y). The product of a matrix [channels, outputs] with the part a·y is linear in the input of `conv`: it is
 * the convolution given here.
 */
export function straightPart(
  conv: Convolution,
  slopes: Float32Array,
  matrix: Float32Array,
  outputs: number,
): Convolution {
  const sum = (k: number, of: (channel: number) => number) =>
    slopes.reduce((total, a, c) => total + a * matrix[c * outputs + k]! * of(c), 0);
  const each = Array.from({ length: outputs }, (_, k) => k);
  return {
    ...conv,
    filters: each.map((k) => conv.filters[0]!.map((_, i) => sum(k, (c) => conv.filters[c]![i]!))),
    bias: each.map((k) => sum(k, (c) => conv.bias[c]!)),
  };
}

/** A filter over slopes.length channels, changed for the channels that doubleSteepChannels makes. */
function widen(
  filter: Float32Array,
  slopes: readonly number[],
  steep: readonly number[],
  channels: number,
): Float32Array {
  const size = filter.length / slopes.length;
  const wide = new Float32Array(size * channels);
  wide.set(filter);
  steep.forEach((channel, k) => {
    const own = filter.subarray(channel * size, (channel + 1) * size);
    const negative = own.map((w) => -w);
    const sum = own.map((w) => w * (1 + slopes[channel]!));
    wide.set(negative, channel * size);
    wide.set(sum, (slopes.length + k) * size);
  });
  return wide;
}

/** max(a, b) = b + relu(a - b): Max itself does not work in the blocked layout. */
function maximum(graph: Graph, a: Value, b: Value, channels: number): Value {
  const difference = graph.node('Add', [a, multiply(graph, b, new Array<number>(channels).fill(-1))]);
  return graph.node('Add', [b, graph.node('Relu', [difference])]);
}

function multiply(graph: Graph, x: Value, factors: readonly number[]): Value {
  return graph.node('Mul', [x, graph.constant(Float32Array.from(factors), [factors.length, 1, 1])]);
}
