import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withVariables } from './variables.ts';

const path = fileURLToPath(new URL('../../../../README.md', import.meta.url));
await writeFile(path, withVariables(await readFile(path, 'utf8')));
