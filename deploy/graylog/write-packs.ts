import { writeFile } from 'node:fs/promises';
import { PACKS } from './packs.ts';

/** Writes the content packs beside this file, where docker-stack.yml takes them from. */
for (const [file, pack] of Object.entries(PACKS)) {
  await writeFile(new URL(file, import.meta.url), `${JSON.stringify(pack, null, 2)}\n`);
}
