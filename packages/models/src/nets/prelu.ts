import { FatalError } from '@attrai/contracts/errors';
import type { Graph, Value } from '../onnx/graph.ts';
import { addConvolution, type Convolution } from './convolution.ts';

// ONNX Runtime's own PRelu takes half of MTCNN's time: it branches on each number, and it is unknown in the blocked
// layout (NCHWc) that convolutions run in, so that everything is reordered before and after it. The forms below are made of
// operators that stay in that layout, and are equal to PRelu up to rounding. They need whole blocks of channels.
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
  const bent = graph.node('Relu', [
    multiply(
      graph,
      x,
      alpha.map((a) => 1 - a),
    ),
  ]);
  return graph.node('Add', [multiply(graph, x, alpha), bent]);
}

/**
 * Convolution, prelu, max pool, convolution.
 *
 * Where a ≤ 1, prelu(y) = max(y, a·y), and a maximum may be taken in any order: the pools come first, and what follows them
 * has a fraction of the pixels. Where a > 1, prelu(y) = min(y, a·y) = y + a·y - max(y, a·y), and since it is monotone it may
 * also follow the pool: such a channel is led through twice, once as pool(y), and the next convolution, being linear, puts
 * (1 + a)·pool(y) - max(...) together.
 */
export function preluPoolConvolution(
  graph: Graph,
  x: Value,
  first: Convolution,
  alpha: readonly number[],
  pool: Pool,
  second: Convolution,
): Value {
  const unbent = leadSteepTwice(first, alpha, second);
  const y = addConvolution(graph, x, unbent.first);
  const larger = maximum(graph, pool(y), pool(multiply(graph, y, unbent.slopes)), unbent.slopes.length);
  return addConvolution(graph, larger, unbent.second);
}

/** A convolution, the slopes of its PReLU, and the convolution behind it. */
export interface PreluPair {
  first: Convolution;
  /** None above 1, so that prelu(y) = max(y, a·y). */
  slopes: number[];
  second: Convolution;
}

/** Rewrites a PReLU between two convolutions as a maximum, in whole blocks of channels: see preluPoolConvolution. */
export function leadSteepTwice(first: Convolution, alpha: readonly number[], second: Convolution): PreluPair {
  const steep = alpha.flatMap((a, channel) => (a > 1 ? [channel] : []));
  const used = alpha.length + steep.length;
  const channels = Math.ceil(used / BLOCK) * BLOCK;
  const fill = <T>(list: T[], filler: T): T[] => [...list, ...new Array<T>(channels - list.length).fill(filler)];
  const nothing = new Float32Array(first.filters[0]!.length);
  return {
    first: {
      ...first,
      filters: fill([...first.filters, ...steep.map((c) => first.filters[c]!)], nothing),
      bias: fill([...first.bias, ...steep.map((c) => first.bias[c]!)], 0),
    },
    slopes: fill([...alpha], 1),
    second: {
      ...second,
      inputs: channels,
      filters: second.filters.map((filter) => widen(filter, alpha, steep, channels)),
    },
  };
}

/** Of prelu(y) = a·y + (1 - a)·relu(y): what a matrix [channels, outputs] makes of a·y, as a convolution over what `conv` makes y of. */
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

/** A filter over alpha.length channels, for the channels that preluPoolConvolution makes of them. */
function widen(
  filter: Float32Array,
  alpha: readonly number[],
  steep: readonly number[],
  channels: number,
): Float32Array {
  const size = filter.length / alpha.length;
  const wide = new Float32Array(size * channels);
  wide.set(filter);
  steep.forEach((channel, k) => {
    const own = filter.subarray(channel * size, (channel + 1) * size);
    wide.set(
      own.map((w) => -w),
      channel * size,
    );
    wide.set(
      own.map((w) => w * (1 + alpha[channel]!)),
      (alpha.length + k) * size,
    );
  });
  return wide;
}

/** max(a, b) = b + relu(a - b): Max itself is unknown in the blocked layout. */
function maximum(graph: Graph, a: Value, b: Value, channels: number): Value {
  const difference = graph.node('Add', [a, multiply(graph, b, new Array<number>(channels).fill(-1))]);
  return graph.node('Add', [b, graph.node('Relu', [difference])]);
}

function multiply(graph: Graph, x: Value, factors: readonly number[]): Value {
  return graph.node('Mul', [x, graph.constant(Float32Array.from(factors), [factors.length, 1, 1])]);
}
