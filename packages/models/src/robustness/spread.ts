import { mean, quantile, standardDeviation } from 'simple-statistics';

/** How far scores moved, of ten: score afterwards minus before. */
export interface Spread {
  /** Faces with a score before and afterwards. */
  found: number;
  /** Undefined, as the others, of fewer than two faces. */
  sd: number | undefined;
  mean: number | undefined;
  /** 95% of the scores moved by no more than this. */
  p95: number | undefined;
}

export function spreadOf(shifts: number[]): Spread {
  if (shifts.length < 2) return { found: shifts.length, sd: undefined, mean: undefined, p95: undefined };
  return {
    found: shifts.length,
    sd: standardDeviation(shifts),
    mean: mean(shifts),
    p95: quantile(shifts.map(Math.abs), 0.95),
  };
}
