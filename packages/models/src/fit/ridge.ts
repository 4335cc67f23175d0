import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { mean, median, standardDeviation } from 'simple-statistics';
import type { Samples } from './cross-validate.ts';

/** A linear model of features that are not standardised. */
export interface LinearModel {
  weights: number[];
  intercept: number;
}

interface RidgeFit extends LinearModel {
  lambda: number;
  /** The prediction for each sample by a model fitted without it. */
  leaveOneOut: number[];
}

/** A quarter of a decade apart. Features are standardised, so that lambda counts in samples. */
const LAMBDAS: readonly number[] = Array.from({ length: 13 }, (_, i) => 10 ** (i / 4 + 1));

/** No sd counts as less than this share of the median sd: features that hardly vary would be blown up into noise. */
export const SD_FLOOR = 0.1;

/** Eigenvalues below this share of the largest are zero with a rounding error. */
const NO_LENGTH = 1e-10;

/**
 * How strongly predictions are kept from following a group: the part that does counts as one more error, with this weight beside the
 * samples' errors. With the gender of 851 OMI faces, 0.7 costs 0.015 of r = 0.872 in cross-validation. Women's scores are then higher than
 * men's by 1.4 of ten on AAF, 1.3 on UTKFace and 0.3 on FairFace (adults of 20 to 49); without it by 1.6, 1.6 and 0.7. Twice the weight
 * takes off another 0.15 and costs 0.03 of r.
 */
const BALANCE = 0.7;

/**
 * Ridge regression on standardised features, with the lambda that has the least leave-one-out error.
 *
 * Leaving one sample out takes no refitting: the residual e becomes e / (1 - h), where h is the sample's own weight in its prediction
 * (Hastie, Tibshirani, Friedman, *The Elements of Statistical Learning*, 7.10). One eigendecomposition serves all lambdas.
 */
export function fitRidge({ features, targets, groups }: Samples, lambdas = LAMBDAS): RidgeFit {
  const { means, sds } = spread(features);
  const rows = features.map((row) => Array.from(row, (value, j) => (value - means[j]!) / sds[j]!));
  const meanTarget = mean(targets as number[]);
  const centredTargets = targets.map((target) => target - meanTarget);
  const penalty = groups && alongGroups(rows, groups);
  const standard = new Matrix(penalty ? [...rows, penalty] : rows);
  // The penalty is one more sample; its prediction should be the mean.
  const centred = Matrix.columnVector(penalty ? [...centredTargets, 0] : centredTargets);

  const { values, components, directions } = decompose(standard);
  const response = components.transpose().mmul(centred).to1DArray();

  const fits = lambdas.map((lambda) => {
    const shrunk = response.map((r, k) => r / (values[k]! + lambda));
    const leaveOneOut = targets.map((target, i) => {
      let prediction = meanTarget;
      let leverage = 1 / targets.length;
      for (let k = 0; k < shrunk.length; k++) {
        const component = components.get(i, k);
        prediction += component * shrunk[k]!;
        leverage += (component * component) / (values[k]! + lambda);
      }
      return target - (target - prediction) / (1 - leverage);
    });
    return { lambda, shrunk, leaveOneOut, error: mean(targets.map((t, i) => (t - leaveOneOut[i]!) ** 2)) };
  });
  const best = fits.reduce((a, b) => (b.error < a.error ? b : a));

  const weights = directions
    .mmul(Matrix.columnVector(best.shrunk))
    .to1DArray()
    .map((weight, j) => weight / sds[j]!);
  const intercept = meanTarget - weights.reduce((sum, weight, j) => sum + weight * means[j]!, 0);
  return { weights, intercept, lambda: best.lambda, leaveOneOut: best.leaveOneOut };
}

/** The part of predictions that follows the groups, as a row of features: √BALANCE · (unit vector of the groups) · features. */
function alongGroups(rows: readonly number[][], groups: readonly number[]): number[] | undefined {
  const middle = mean(groups as number[]);
  const length = Math.hypot(...groups.map((group) => group - middle));
  if (length === 0) return undefined;
  const along = new Array<number>(rows[0]!.length).fill(0);
  rows.forEach((row, i) => {
    const share = (Math.sqrt(BALANCE) * (groups[i]! - middle)) / length;
    for (const [j, value] of row.entries()) along[j]! += share * value;
  });
  return along;
}

export function predict({ weights, intercept }: LinearModel, features: ArrayLike<number>): number {
  return weights.reduce((sum, weight, j) => sum + weight * features[j]!, intercept);
}

/** The model with as many digits as are stored. */
export function rounded({ weights, intercept }: LinearModel): LinearModel {
  return {
    weights: weights.map((weight) => Number(weight.toPrecision(6))),
    intercept: Number(intercept.toPrecision(8)),
  };
}

/** Principal components: features = components · directionsᵀ. `values` are the sums of the components' squares. */
function decompose(features: Matrix): { values: number[]; components: Matrix; directions: Matrix } {
  const transposed = features.transpose();
  if (features.columns <= features.rows) {
    const { realEigenvalues: values, eigenvectorMatrix: directions } = eigen(transposed.mmul(features));
    return { values, components: features.mmul(directions), directions };
  }
  // With fewer samples than features it is quicker to decompose the samples. A component without length has no direction.
  const { realEigenvalues, eigenvectorMatrix } = eigen(features.mmul(transposed));
  const largest = Math.max(...realEigenvalues);
  const kept = realEigenvalues.flatMap((value, k) => (value > largest * NO_LENGTH ? [k] : []));
  const values = kept.map((k) => realEigenvalues[k]!);
  const lengths = values.map(Math.sqrt);
  const unit = eigenvectorMatrix.subMatrixColumn(kept);
  const components = unit.clone().mulRowVector(lengths);
  return { values, components, directions: transposed.mmul(unit).divRowVector(lengths) };
}

function eigen(symmetric: Matrix): EigenvalueDecomposition {
  return new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
}

function spread(features: readonly ArrayLike<number>[]): { means: number[]; sds: number[] } {
  const columns = Array.from(features[0]!, (_, j) => features.map((row) => row[j]!));
  const sds = columns.map(standardDeviation);
  const floor = median(sds) * SD_FLOOR;
  return { means: columns.map(mean), sds: sds.map((sd) => Math.max(sd, floor)) };
}
