import path from 'node:path';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { multipliesBytes } from '@attrai/vision/processor';
import { ensureModels } from '../src/build.ts';
import { modelsDir } from '../src/models-dir.ts';
import type { ProgressLine } from './progress.ts';

/** Builds the models unless they are up to date, and sets up sharp. @returns the models' folder */
export async function prepareModels(line: ProgressLine): Promise<string> {
  const dir = modelsDir();
  await ensureModels({ dir, onProgress: ({ done, total }) => line.show('Building models', done, total) });
  restrictSharp();
  return dir;
}

/** The scorer models to examine: SCORER_MODEL, or else the built ones that this processor runs well, the estimator's choice first. */
export function scorerModels(modelsDir: string): [string, ...string[]] {
  const { SCORER_MODEL } = process.env;
  if (SCORER_MODEL) return [SCORER_MODEL];
  const float = path.join(modelsDir, 'scorer.onnx');
  return multipliesBytes() ? [path.join(modelsDir, 'scorer-int8.onnx'), float] : [float];
}
