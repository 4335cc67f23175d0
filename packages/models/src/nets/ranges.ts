import { Graph, type Value } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addAgeNet, FloatAgeLayers } from './age.ts';
import { addConvolution, readConvolution, takeRawInput } from './convolution.ts';
import { addFaceNet } from './face-net.ts';
import { FloatLayers } from './face-net-float.ts';
import { MEAN, MtcnnLayers, SCALE } from './mtcnn-layers.ts';
import { straightPart } from './prelu.ts';

// The nets in float32 with outputs for their numbers' ranges. Only calibration uses them.

/**
 * `image` uint8 [N,H,W,3] RGB → for each of the net's convolutions `lowest/NAME` and `highest/NAME`, float32
 * [channels]: the extremes after its PReLU; for P-Net also those of `conv3/straight` (straightPart).
 */
export function mtcnnRanges(allWeights: Weights, net: 'pnet' | 'rnet'): Uint8Array {
  const graph = new Graph(`${net}-ranges`);
  const weights = allWeights.of(`${net}/`);
  const layers = new MtcnnLayers(graph, weights);
  const bent = (x: Value, k: number): Value => {
    const conv = readConvolution(weights, `conv${k}`);
    const alpha = weights.float(`prelu${k}_alpha`).data;
    const y = addConvolution(graph, x, k === 1 ? takeRawInput(conv, MEAN, SCALE) : conv);
    const z = graph.node('PRelu', [y, graph.constant(alpha, [alpha.length, 1, 1])]);
    record(z, `conv${k}`, alpha.length);
    return z;
  };
  const record = (x: Value, name: string, channels: number) => {
    for (const [end, op] of Object.entries({ lowest: 'ReduceMin', highest: 'ReduceMax' })) {
      graph.node(op, [x], { axes: [0, 2, 3], keepdims: 0 }, `${end}/${name}`);
      graph.output(`${end}/${name}`, 'float32', [channels]);
    }
  };

  const planes = layers.planes(graph.input('image', 'uint8', ['images', 'height', 'width', 3]));
  const first = layers.maxPool(bent(planes, 1), net === 'pnet' ? 2 : 3, 'SAME_UPPER');
  const second = bent(first, 2);
  bent(net === 'pnet' ? second : layers.maxPool(second, 3, 'VALID'), 3);
  if (net === 'pnet') {
    const { matrix, bias } = layers.sideBySide(['conv4_1', 'conv4_2']);
    const conv3 = readConvolution(weights, 'conv3');
    const straight = straightPart(conv3, weights.float('prelu3_alpha').data, matrix, bias.length);
    record(addConvolution(graph, second, straight), 'conv3/straight', bias.length);
  }
  return graph.encode();
}

/**
 * `chips` uint8 [N,150,150,3] RGB → for each convolution and sum of the face net `lowest/NAME` and `highest/NAME`, float32
 * [N]: its extremes after the relu.
 */
export function faceNetRanges(weights: Weights): Uint8Array {
  const graph = new Graph('ranges');
  const extremes = (name: string, value: Value) => {
    graph.node('ReduceMin', [value], { axes: [1, 2, 3], keepdims: 0 }, `lowest/${name}`);
    graph.node('ReduceMax', [value], { axes: [1, 2, 3], keepdims: 0 }, `highest/${name}`);
    for (const end of ['lowest', 'highest']) graph.output(`${end}/${name}`, 'float32', ['faces']);
  };
  addFaceNet(new FloatLayers(graph, weights, extremes));
  return graph.encode();
}

/**
 * `faces` uint8 [N,112,112,3] RGB → for each convolution and sum of the age net, by its name, float32 [N,channels]: the
 * largest absolute number.
 */
export function ageLargest(weights: Weights): Uint8Array {
  const graph = new Graph('age-largest');
  const largest = (name: string, value: Value) => {
    graph.node('ReduceMax', [graph.node('Abs', [value])], { axes: [2, 3], keepdims: 0 }, name);
    graph.output(name, 'float32', ['faces', 'channels']);
  };
  addAgeNet(new FloatAgeLayers(graph, weights, largest));
  return graph.encode();
}
