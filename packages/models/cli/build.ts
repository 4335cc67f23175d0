import { ensureModels } from '../src/build.ts';
import { modelsDir } from '../src/models-dir.ts';
import { ProgressLine } from './progress.ts';

/** Progress goes to stderr; stdout stays empty, so that this may run before commands whose stdout is read by programs. */
export async function buildCommand(force: boolean): Promise<void> {
  const line = new ProgressLine();
  await ensureModels({
    dir: modelsDir(),
    force,
    onProgress: ({ done, total, file }) => line.show(`Building models (${file})`, done, total),
  });
}
