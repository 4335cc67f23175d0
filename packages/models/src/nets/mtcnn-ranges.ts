import { Graph, type Value } from '../onnx/graph.ts';
import { DATA_TYPE } from '../onnx/schema.ts';
import { dequantize } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addConvolution, convolution, takeRawInput } from './convolution.ts';
import { MEAN, MtcnnLayers, SCALE } from './mtcnn-layers.ts';
import { straightPart } from './prelu.ts';

/**
 * For calibrating: `image` uint8 [N,H,W,3] RGB → for each of the net's convolutions `lowest/NAME` and `highest/NAME`, float32
 * [channels], the extremes of what comes out of its PReLU; for P-Net also of `conv3/straight` (straightPart).
 */
export function mtcnnRanges(weights: Weights, net: 'pnet' | 'rnet'): Uint8Array {
  const graph = new Graph(`${net}-ranges`);
  const read = (name: string) => dequantize(weights(`${net}/${name}`));
  const bent = (x: Value, k: number): Value => {
    const conv = convolution(read(`conv${k}/weights`), read(`conv${k}/bias`));
    const alpha = read(`prelu${k}_alpha`).data;
    const y = addConvolution(graph, x, k === 1 ? takeRawInput(conv, MEAN, SCALE) : conv);
    const z = graph.node('PRelu', [y, graph.constant(alpha, [alpha.length, 1, 1])]);
    record(z, `conv${k}`, alpha.length);
    return z;
  };
  const record = (x: Value, name: string, channels: number) => {
    for (const [end, op] of [
      ['lowest', 'ReduceMin'],
      ['highest', 'ReduceMax'],
    ] as const) {
      graph.node(op, [x], { axes: [0, 2, 3], keepdims: 0 }, `${end}/${name}`);
      graph.output(`${end}/${name}`, 'float32', [channels]);
    }
  };
  const pool = (x: Value, size: number, padding: string) =>
    graph.node('MaxPool', [x], { kernel_shape: [size, size], strides: [2, 2], auto_pad: padding });

  const image = graph.input('image', 'uint8', ['images', 'height', 'width', 3]);
  const float = graph.node('Cast', [image], { to: DATA_TYPE.float32 });
  const planes = graph.node('Transpose', [float], { perm: [0, 3, 1, 2] });
  const first = pool(bent(planes, 1), net === 'pnet' ? 2 : 3, 'SAME_UPPER');
  const second = bent(first, 2);
  bent(net === 'pnet' ? second : pool(second, 3, 'VALID'), 3);
  if (net === 'pnet') {
    const { matrix, bias } = new MtcnnLayers(graph, weights, net).sideBySide(['conv4_1', 'conv4_2']);
    const conv3 = convolution(read('conv3/weights'), read('conv3/bias'));
    const straight = straightPart(conv3, read('prelu3_alpha').data, matrix, bias.length);
    record(addConvolution(graph, second, straight), 'conv3/straight', bias.length);
  }
  return graph.encode();
}
