import { Graph, type Value } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import type { CoveredHead } from './covered.ts';
import { MtcnnLayers } from './mtcnn-layers.ts';

/**
 * P-Net, which runs on a whole level of the pyramid at once.
 *
 * `image` uint8 [1,H,W,3] RGB → `probability` float32 [1,h,w] and `regression` float32 [1,4,h,w] (dx1, dy1, dx2, dy2 in
 * parts of the window's sides), where h = ceil((H - 2) / 2) - 4: windows of 12 px, 2 px apart.
 */
export function pnet(weights: Weights): Uint8Array {
  const graph = new Graph('pnet');
  const net = new MtcnnLayers(graph, weights.of('pnet/'));
  let x = net.planes(graph.input('image', 'uint8', [1, 'height', 'width', 3]));
  x = net.beginning(x, (y) => net.maxPool(y, 2, 'SAME_UPPER'));
  x = net.prelu(net.convolve(x, 'conv3'), 'prelu3_alpha');
  x = net.lastOverImage(x, ['conv4_1', 'conv4_2']);
  net.answer(x, { probability: 1, regression: 4 }, [1], ['rows', 'columns']);
  return graph.encode();
}

/** R-Net: `crops` uint8 [N,24,24,3] RGB → `probability` float32 [N], `regression` float32 [N,4] (as P-Net's). */
export function rnet(weights: Weights): Uint8Array {
  const graph = new Graph('rnet');
  const net = new MtcnnLayers(graph, weights.of('rnet/'));
  let x = beginningOfCrops(graph, net, 24);
  x = net.prelu(net.convolve(x, 'conv3'), 'prelu3_alpha');
  x = net.dense(x, 'fc1', 'prelu4_alpha', [3, 3, 64]);
  x = net.last(x, ['fc2_1', 'fc2_2']);
  net.answer(x, { probability: 1, regression: 4 }, ['faces'], []);
  return graph.encode();
}

/**
 * O-Net: `crops` uint8 [N,48,48,3] RGB → `probability` float32 [N], `regression` float32 [N,4] (as P-Net's), `landmarks`
 * float32 [N,10] (x0..x4, then y0..y4, in parts of the box's sides; left and right eye, nose, left and right mouth corner),
 * `covered` float32 [N,1] (log-odds that the face is half covered: covered.ts).
 */
export function onet(weights: Weights, covered: CoveredHead): Uint8Array {
  const graph = new Graph('onet');
  const net = new MtcnnLayers(graph, weights.of('onet/'));
  let x = beginningOfCrops(graph, net, 48);
  x = net.prelu(net.convolve(x, 'conv3'), 'prelu3_alpha');
  x = net.maxPool(x, 2, 'SAME_UPPER');
  x = net.prelu(net.convolve(x, 'conv4'), 'prelu4_alpha');
  x = net.dense(x, 'fc1', 'prelu5_alpha', [3, 3, 128]);
  net.addHead(x, covered, 'covered');
  x = net.last(x, ['fc2_1', 'fc2_2', 'fc2_3']);
  net.answer(x, { probability: 1, regression: 4, landmarks: 10 }, ['faces'], []);
  return graph.encode();
}

function beginningOfCrops(graph: Graph, net: MtcnnLayers, side: number): Value {
  const crops = graph.input('crops', 'uint8', ['faces', side, side, 3]);
  const x = net.beginning(net.planes(crops), (y) => net.maxPool(y, 3, 'SAME_UPPER'));
  return net.maxPool(x, 3, 'VALID');
}
