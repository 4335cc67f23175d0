/** Filters as bytes: int8, each output's largest weight at ±127. */
export interface FilterBytes {
  bytes: Int8Array;
  /** What 1 stands for, by output. */
  steps: Float32Array;
}

const WEIGHT_LIMIT = 127;

/** @param filters row-major [outputs, ...] */
export function filterBytes(filters: Float32Array, outputs: number): FilterBytes {
  const size = filters.length / outputs;
  const steps = Float32Array.from({ length: outputs }, (_, o) => {
    const largest = filters.subarray(o * size, (o + 1) * size).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    return (largest || 1) / WEIGHT_LIMIT;
  });
  return { bytes: Int8Array.from(filters, (w, i) => Math.round(w / steps[Math.floor(i / size)]!)), steps };
}
