import path from 'node:path';

/** The folder of the models: MODELS_DIR, or .models in the repository's root. */
export function modelsDir(): string {
  return process.env.MODELS_DIR || path.join(import.meta.dirname, '../../../.models');
}
