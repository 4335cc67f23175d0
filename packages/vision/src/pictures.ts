import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { type Held, inBlocks } from './mips.ts';

/** Values of a 2×2 block, which the int8 nets take as one pixel. */
const BLOCK = 12;

/**
 * Pictures as a net wants them: [N,H,W,3] for a float32 net, [N,H/2,W/2,12] for an int8 net (`inBlocks`). The session's input tells
 * which it is.
 *
 * @param data uint8 [N,H,W,3], RGB; H and W even
 */
export function picturesFor(
  net: InferenceSession,
  held: Held,
  data: Uint8Array,
  [count, height, width]: readonly [number, number, number],
): Tensor {
  const [input] = net.inputMetadata;
  const wantsBlocks = input?.isTensor && input.shape.at(-1) === BLOCK;
  if (!wantsBlocks) return new Tensor('uint8', data, [count, height, width, 3]);
  return new Tensor('uint8', inBlocks(held, data, width), [count, height / 2, width / 2, BLOCK]);
}
