import { type InferenceSession, Tensor } from 'onnxruntime-node';

/** Axes of the input of the nets in bytes: [N, H/2, 2, W/2, 6], rows and columns two by two. */
const AXES_OF_BYTES = 5;

/**
 * Pictures as the one input of P-Net or R-Net: uint8 [N,H,W,3], RGB. The nets in bytes want the same bytes under another shape, which
 * the session tells. `height` and `width` are even.
 */
export function picturesFor(
  net: InferenceSession,
  data: Uint8Array,
  count: number,
  height: number,
  width: number,
): Tensor {
  const [input] = net.inputMetadata;
  const inBytes = input?.isTensor && input.shape.length === AXES_OF_BYTES;
  return new Tensor('uint8', data, inBytes ? [count, height / 2, 2, width / 2, 6] : [count, height, width, 3]);
}
