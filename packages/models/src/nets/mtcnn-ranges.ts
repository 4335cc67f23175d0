import { Graph, type Value } from '../onnx/graph.ts';
import { DATA_TYPE } from '../onnx/schema.ts';
import { dequantize } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addConvolution, convolution, takeRawInput } from './convolution.ts';
import { MEAN, SCALE } from './mtcnn-layers.ts';

/**
 * For calibrating: `image` uint8 [N,H,W,3] RGB → for each of the net's convolutions `lowest/NAME` and `highest/NAME`, float32
 * [channels], the extremes of what comes out of its PReLU.
 */
export function mtcnnRanges(weights: Weights, net: 'pnet' | 'rnet'): Uint8Array {
  const graph = new Graph(`${net}-ranges`);
  const read = (name: string) => dequantize(weights(`${net}/${name}`));
  const bent = (x: Value, k: number): Value => {
    const conv = convolution(read(`conv${k}/weights`), read(`conv${k}/bias`));
    const alpha = read(`prelu${k}_alpha`).data;
    const y = addConvolution(graph, x, k === 1 ? takeRawInput(conv, MEAN, SCALE) : conv);
    const z = graph.node('PRelu', [y, graph.constant(alpha, [alpha.length, 1, 1])]);
    for (const [end, op] of [
      ['lowest', 'ReduceMin'],
      ['highest', 'ReduceMax'],
    ] as const) {
      graph.node(op, [z], { axes: [0, 2, 3], keepdims: 0 }, `${end}/conv${k}`);
      graph.output(`${end}/conv${k}`, 'float32', [alpha.length]);
    }
    return z;
  };
  const pool = (x: Value, size: number, padding: string) =>
    graph.node('MaxPool', [x], { kernel_shape: [size, size], strides: [2, 2], auto_pad: padding });

  const image = graph.input('image', 'uint8', ['images', 'height', 'width', 3]);
  const float = graph.node('Cast', [image], { to: DATA_TYPE.float32 });
  const planes = graph.node('Transpose', [float], { perm: [0, 3, 1, 2] });
  const first = pool(bent(planes, 1), net === 'pnet' ? 2 : 3, 'SAME_UPPER');
  const second = bent(first, 2);
  bent(net === 'pnet' ? second : pool(second, 3, 'VALID'), 3);
  return graph.encode();
}
