import { mean } from 'simple-statistics';
import { FEATURES } from '../nets/face-net.ts';
import { VIEWS } from '../nets/views.ts';
import type { Samples } from './cross-validate.ts';
import { fitRidge, type LinearModel, predict } from './ridge.ts';

interface ViewHeads {
  /** One a view, in the order of VIEWS. */
  views: LinearModel[];
  /** One a view. */
  lambdas: number[];
  /** For each sample the mean prediction of heads that were fitted without it. */
  leaveOneOut: number[];
}

/** Fits a ridge head for each view of the faces, each with its own lambda. @param samples features: view after view, [views · 2208] */
export function fitViewHeads(samples: Samples): ViewHeads {
  const fits = VIEWS.map((_, view) => {
    return fitRidge({ ...samples, features: samples.features.map((row) => ofView(row, view)) });
  });
  return {
    views: fits.map(({ weights, intercept }) => ({ weights, intercept })),
    lambdas: fits.map(({ lambda }) => lambda),
    leaveOneOut: samples.targets.map((_, i) => mean(fits.map((fit) => fit.leaveOneOut[i]!))),
  };
}

/** The mean of the heads' predictions for a face. */
export function predictViews(views: readonly LinearModel[], row: ArrayLike<number>): number {
  return mean(views.map((model, view) => predict(model, ofView(row, view))));
}

function ofView(row: ArrayLike<number>, view: number): ArrayLike<number> {
  return Array.prototype.slice.call(row, view * FEATURES, (view + 1) * FEATURES) as number[];
}
