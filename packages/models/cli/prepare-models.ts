import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { ensureModels } from '../src/build.ts';
import { modelsDir } from '../src/models-dir.ts';
import type { ProgressLine } from './progress.ts';

/** For commands that look at pictures: builds the models unless they are up to date, and readies sharp. @returns the models' folder */
export async function prepareModels(line: ProgressLine): Promise<string> {
  const dir = modelsDir();
  await ensureModels({ dir, onProgress: ({ done, total }) => line.show('Building models', done, total) });
  restrictSharp();
  return dir;
}
