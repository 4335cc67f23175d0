import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { median } from 'simple-statistics';
import { type LinearModel, SD_FLOOR } from '../fit/ridge.ts';

/** Rows added to the sums at once: the matrix is far larger than the processor's caches, and each pass over it takes long. */
const ROWS = 8;

/**
 * Sums over weighted samples, from which a ridge regression is solved. The sums of parts can be added, so that cross-validation reads the
 * samples once. 26,000 samples of 2,208 features would be too many for the decomposition of fit/ridge.ts.
 */
export class WeightedSums {
  readonly #size: number;
  #samples = 0;
  #weight = 0;
  /** Σ w·y */
  #target = 0;
  /** Σ w·x */
  readonly #features: Float64Array;
  /** Σ w·y·x */
  readonly #products: Float64Array;
  /** Σ w·x·xᵀ, row by row; right of the diagonal it stays 0. */
  readonly #squares: Float64Array;
  /** Rows √w·x that are not in `#squares` yet, one after another. */
  readonly #waiting: Float64Array;
  #rowsWaiting = 0;

  /** @param size features of a sample */
  constructor(size: number) {
    this.#size = size;
    this.#features = new Float64Array(size);
    this.#products = new Float64Array(size);
    this.#squares = new Float64Array(size * size);
    this.#waiting = new Float64Array(ROWS * size);
  }

  /** @param weight 0 or more; a sample of weight 0 is ignored */
  add(features: ArrayLike<number>, target: number, weight: number): void {
    if (weight === 0) return;
    this.#samples++;
    this.#weight += weight;
    this.#target += weight * target;
    const root = Math.sqrt(weight);
    const at = this.#rowsWaiting * this.#size;
    for (let j = 0; j < this.#size; j++) {
      const value = features[j]!;
      this.#features[j]! += weight * value;
      this.#products[j]! += weight * target * value;
      this.#waiting[at + j] = root * value;
    }
    if (++this.#rowsWaiting === ROWS) this.#square();
  }

  addAll(other: WeightedSums): void {
    other.#square();
    this.#samples += other.#samples;
    this.#weight += other.#weight;
    this.#target += other.#target;
    addTo(this.#features, other.#features);
    addTo(this.#products, other.#products);
    addTo(this.#squares, other.#squares);
  }

  /**
   * Ridge regression on features that are standardised by their weighted mean and standard deviation.
   *
   * @param lambda counts in samples of mean weight
   */
  solve(lambda: number): LinearModel {
    this.#square();
    const size = this.#size;
    const total = this.#weight;
    const means = this.#features.map((sum) => sum / total);
    const meanTarget = this.#target / total;
    const covariance = (i: number, j: number) => this.#squares[i * size + j]! / total - means[i]! * means[j]!;
    const found = Array.from(means, (_, j) => Math.sqrt(Math.max(covariance(j, j), 0)));
    const floor = SD_FLOOR * median(found);
    const sds = found.map((sd) => Math.max(sd, floor));
    const matrix = Matrix.zeros(size, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const value = (this.#samples * covariance(i, j)) / (sds[i]! * sds[j]!) + (i === j ? lambda : 0);
        matrix.set(i, j, value).set(j, i, value);
      }
    }
    const right = means.map((mean, j) => (this.#samples * (this.#products[j]! / total - mean * meanTarget)) / sds[j]!);
    const solution = new CholeskyDecomposition(matrix).solve(Matrix.columnVector(right)).to1DArray();
    const weights = solution.map((weight, j) => weight / sds[j]!);
    return { weights, intercept: weights.reduce((sum, weight, j) => sum - weight * means[j]!, meanTarget) };
  }

  #square(): void {
    if (this.#rowsWaiting === 0) return;
    const size = this.#size;
    this.#waiting.fill(0, this.#rowsWaiting * size);
    const [a, b, c, d, e, f, g, h] = Array.from({ length: ROWS }, (_, r) =>
      this.#waiting.subarray(r * size, (r + 1) * size),
    );
    for (let i = 0; i < size; i++) {
      const sums = this.#squares.subarray(i * size, (i + 1) * size);
      const [ai, bi, ci, di, ei, fi, gi, hi] = [a![i]!, b![i]!, c![i]!, d![i]!, e![i]!, f![i]!, g![i]!, h![i]!];
      for (let j = 0; j <= i; j++) {
        sums[j]! +=
          ai * a![j]! + bi * b![j]! + ci * c![j]! + di * d![j]! + ei * e![j]! + fi * f![j]! + gi * g![j]! + hi * h![j]!;
      }
    }
    this.#rowsWaiting = 0;
  }
}

function addTo(sums: Float64Array, others: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += others[i]!;
}
