import { mean } from 'simple-statistics';
import { FEATURES } from '../nets/face-net.ts';
import { VIEWS } from '../nets/views.ts';
import { fitRidge, LAMBDAS, type LinearModel, predict } from './ridge.ts';

export interface ViewHeads {
  /** One a view, in the order of VIEWS. */
  views: LinearModel[];
  /** One a view. */
  lambdas: number[];
  /** For each sample the mean of what heads fitted without it say. */
  leaveOneOut: number[];
}

/**
 * A ridge head for each view of the faces, each with its own lambda.
 *
 * @param rows a face's features, view after view: [views · 2208]
 * @param groups see fitRidge
 */
export function fitViewHeads(
  rows: readonly ArrayLike<number>[],
  targets: readonly number[],
  groups?: readonly number[],
): ViewHeads {
  const fits = VIEWS.map((_, view) =>
    fitRidge(
      rows.map((row) => ofView(row, view)),
      targets,
      LAMBDAS,
      groups,
    ),
  );
  return {
    views: fits.map(({ weights, intercept }) => ({ weights, intercept })),
    lambdas: fits.map(({ lambda }) => lambda),
    leaveOneOut: targets.map((_, i) => mean(fits.map((fit) => fit.leaveOneOut[i]!))),
  };
}

/** The mean of what the heads say of a face. */
export function predictViews(views: readonly LinearModel[], row: ArrayLike<number>): number {
  return mean(views.map((model, view) => predict(model, ofView(row, view))));
}

function ofView(row: ArrayLike<number>, view: number): ArrayLike<number> {
  return Array.prototype.slice.call(row, view * FEATURES, (view + 1) * FEATURES) as number[];
}
