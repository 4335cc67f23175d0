import path from 'node:path';
import { multipliesBytes } from '@attrai/vision/processor';

/** The scorer models to look at: the one of SCORER_MODEL, else the built ones that this processor can run well, the estimator's choice first. */
export function scorerModels(modelsDir: string): string[] {
  const { SCORER_MODEL } = process.env;
  if (SCORER_MODEL) return [SCORER_MODEL];
  const files = multipliesBytes() ? ['scorer-int8.onnx', 'scorer.onnx'] : ['scorer.onnx'];
  return files.map((file) => path.join(modelsDir, file));
}
