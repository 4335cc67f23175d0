import { fileURLToPath } from 'node:url';

/** The absolute path of a file or folder of this repository. `path` starts at its root. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
}
