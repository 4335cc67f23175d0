/** Float weights in TensorFlow's layout, row-major. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array;
}

/** Weights stored as bytes: value = data * scale + min. */
interface QuantizedTensor {
  shape: readonly number[];
  data: Uint8Array;
  scale: number;
  min: number;
}

export type StoredTensor = Tensor | QuantizedTensor;

export function isQuantized(tensor: StoredTensor): tensor is QuantizedTensor {
  return tensor.data instanceof Uint8Array;
}

export function dequantize(tensor: StoredTensor): Tensor {
  if (!isQuantized(tensor)) return tensor;
  return { shape: tensor.shape, data: Float32Array.from(tensor.data, (q) => q * tensor.scale + tensor.min) };
}

/** Reorders the axes: axis k of the result is axis `order[k]` of the tensor. */
export function reorder({ data, shape }: Tensor, order: readonly number[]): Tensor {
  return { data: permute(data, shape, order), shape: order.map((axis) => shape[axis]!) };
}

/** Reorders the axes of numbers. @param data row-major, of `shape` */
export function permute<T extends Float32Array | Uint8Array | Int8Array>(
  data: T,
  shape: readonly number[],
  order: readonly number[],
): T {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const result = data.slice() as T;
  const at = new Array<number>(order.length).fill(0);
  for (let i = 0; i < result.length; i++) {
    result[i] = data[order.reduce((sum, axis, k) => sum + at[k]! * strides[axis]!, 0)]!;
    for (let k = order.length - 1; k >= 0; k--) {
      at[k] = at[k]! + 1;
      if (at[k]! < shape[order[k]!]!) break;
      at[k] = 0;
    }
  }
  return result;
}
