import { fileURLToPath } from 'node:url';

/** The path of a file or folder of this repository, named from its root. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
}
