import type { Value } from '../onnx/graph.ts';
import { MOMENTS } from './height-moments.ts';

/** Side of the square chip, pixels. */
export const CHIP_SIDE = 150;
/** Channels of the last stage. */
export const LAST_CHANNELS = 256;
/** The numbers that the stages' pools give together, from 32 + 64 + 128 + 256 + 256 channels. */
export const FEATURES = 736 * MOMENTS;
export const EMBEDDING = 128;

/** The blocks of each stage. The first block of a stage halves the sides. */
const STAGES = [
  ['conv32_1', 'conv32_2', 'conv32_3'],
  ['conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ['conv128_down', 'conv128_1', 'conv128_2'],
  ['conv256_down', 'conv256_1', 'conv256_2'],
  ['conv256_down_out'],
] as const;

/** The side of each stage's pictures. */
const SIDES = [35, 17, 8, 4, 2] as const;

/** How a block that halves the sides makes its two branches the same size: with zeros, as dlib does. */
const DOWN: Record<string, { channels: number; addedChannels: number; addedEdge: number }> = {
  conv64_down: { channels: 32, addedChannels: 32, addedEdge: 0 },
  conv128_down: { channels: 64, addedChannels: 64, addedEdge: 0 },
  conv256_down: { channels: 128, addedChannels: 128, addedEdge: 1 },
  conv256_down_out: { channels: 256, addedChannels: 0, addedEdge: 1 },
};

export interface ConvolutionOptions {
  stride: 1 | 2;
  /** Zeros around the picture. */
  padding: 0 | 1;
  /** Whether it sets negative numbers to 0 afterwards. */
  relu: boolean;
}

/** The kinds of layers in the net. An implementation chooses the type of its values, `X`, and the order of the axes. */
export interface FaceNetLayers<X> {
  /** From the graph's input `chips`, uint8, in the layout that the implementation documents, to the first convolution, stride 2, with relu. */
  begin(name: string): X;
  convolve(x: X, name: string, options: ConvolutionOptions): X;
  /** Largest of 3×3, stride 2. */
  maxPool(x: X): X;
  /** Mean of 2×2, stride 2, with `added` channels of zeros behind x's own. */
  averagePool(x: X, channels: number, added: number): X;
  /** relu(a + b) */
  add(a: X, b: X, name: string): X;
  /** Adds an edge of zeros at the right and at the bottom. */
  zerosBehind(x: X, edge: number): X;
  /** The channels' height moments, the first moment of all channels first: float32 [N,3·channels]. @param side of the picture */
  pool(x: X, side: number): Value;
}

/**
 * dlib's ResNet-34 for faces, up to its pooled stages.
 *
 * @returns the five stages' height moments: float32 [N,3·32], [N,3·64], [N,3·128], [N,3·256], [N,3·256]
 */
export function addFaceNet<X>(layers: FaceNetLayers<X>): Value[] {
  let x = layers.maxPool(layers.begin('conv32_down'));
  return STAGES.map((stage, i) => {
    for (const name of stage) x = name in DOWN ? blockDown(layers, x, name) : block(layers, x, name);
    return layers.pool(x, SIDES[i]!);
  });
}

function block<X>(layers: FaceNetLayers<X>, x: X, name: string): X {
  const y = layers.convolve(x, `${name}/conv1`, { stride: 1, padding: 1, relu: true });
  return layers.add(layers.convolve(y, `${name}/conv2`, { stride: 1, padding: 1, relu: false }), x, name);
}

function blockDown<X>(layers: FaceNetLayers<X>, x: X, name: string): X {
  const { channels, addedChannels, addedEdge } = DOWN[name]!;
  const y = layers.convolve(x, `${name}/conv1`, { stride: 2, padding: 0, relu: true });
  const z = layers.convolve(y, `${name}/conv2`, { stride: 1, padding: 1, relu: false });
  return layers.add(layers.zerosBehind(z, addedEdge), layers.averagePool(x, channels, addedChannels), name);
}
