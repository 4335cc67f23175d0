import type { Value } from '../onnx/graph.ts';
import { MOMENTS } from './height-moments.ts';

/** Side of the square chip, pixels. */
export const CHIP_SIDE = 150;
/** Of the last stage. */
export const LAST_CHANNELS = 256;
/** Numbers that the stages' pools make together, from 32 + 64 + 128 + 256 + 256 channels. */
export const FEATURES = 736 * MOMENTS;
export const EMBEDDING = 128;

/** Blocks between two pools; the first block of a stage halves the sides. */
const STAGES = [
  ['conv32_1', 'conv32_2', 'conv32_3'],
  ['conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ['conv128_down', 'conv128_1', 'conv128_2'],
  ['conv256_down', 'conv256_1', 'conv256_2'],
  ['conv256_down_out'],
] as const;

/** Sides of the stages' pictures. */
const SIDES = [35, 17, 8, 4, 2] as const;

/** How a block that halves the sides makes its two branches fit: as dlib does, with zeros. */
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
  /** Whether negative numbers become 0 after it. */
  relu: boolean;
}

/** What the net is made of; the layers choose the numbers' type and the order of the axes. */
export interface FaceNetLayers {
  /** The graph's input `chips`, uint8, in the layout that `begin` documents → the first convolution, stride 2, with its relu. */
  begin(name: string): Value;
  convolve(x: Value, name: string, options: ConvolutionOptions): Value;
  /** Largest of 3×3, stride 2. */
  maxPool(x: Value): Value;
  /** Mean of 2×2, stride 2, with so many channels of zeros behind x's own. */
  averagePool(x: Value, channels: number, added: number): Value;
  /** relu(a + b) */
  add(a: Value, b: Value, name: string): Value;
  /** Adds an edge of zeros at the right and at the bottom. */
  zerosBehind(x: Value, edge: number): Value;
  /** The channels' height moments, all of the first moment first: float32 [N,3·channels]. @param side of the picture */
  pool(x: Value, side: number): Value;
}

/**
 * dlib's ResNet-34 for faces, up to its pooled stages.
 *
 * @returns the five stages' height moments: float32 [N,3·32], [N,3·64], [N,3·128], [N,3·256], [N,3·256]
 */
export function addFaceNet(layers: FaceNetLayers): Value[] {
  let x = layers.maxPool(layers.begin('conv32_down'));
  return STAGES.map((stage, i) => {
    for (const name of stage) x = name in DOWN ? blockDown(layers, x, name) : block(layers, x, name);
    return layers.pool(x, SIDES[i]!);
  });
}

function block(layers: FaceNetLayers, x: Value, name: string): Value {
  const y = layers.convolve(x, `${name}/conv1`, { stride: 1, padding: 1, relu: true });
  return layers.add(layers.convolve(y, `${name}/conv2`, { stride: 1, padding: 1, relu: false }), x, name);
}

function blockDown(layers: FaceNetLayers, x: Value, name: string): Value {
  const { channels, addedChannels, addedEdge } = DOWN[name]!;
  const y = layers.convolve(x, `${name}/conv1`, { stride: 2, padding: 0, relu: true });
  const z = layers.convolve(y, `${name}/conv2`, { stride: 1, padding: 1, relu: false });
  return layers.add(layers.zerosBehind(z, addedEdge), layers.averagePool(x, channels, addedChannels), name);
}
