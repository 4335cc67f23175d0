import { readFile, writeFile } from 'node:fs/promises';
import { inRepository } from '../harness/repository.ts';
import { withVariables } from './variables.ts';

const path = inRepository('docs/settings.md');
await writeFile(path, withVariables(await readFile(path, 'utf8')));
