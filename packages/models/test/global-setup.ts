import { ensureModels } from '../src/build.ts';
import { modelsDir } from '../src/models-dir.ts';

/** Once per run of vitest, before any test. */
export default async function setup() {
  await ensureModels({
    dir: modelsDir(),
    onProgress: ({ done, total, file }) => console.log(`Built ${file} (${done}/${total})`),
  });
}
