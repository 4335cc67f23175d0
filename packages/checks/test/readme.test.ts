import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { inRepository } from '../src/harness/repository.ts';
import { withVariables } from '../src/readme/variables.ts';
import { markdownFiles } from './markdown.ts';

test('docs/settings.md lists all environment variables (pnpm readme writes it)', async () => {
  const settings = await readFile(inRepository('docs/settings.md'), 'utf8');
  expect(withVariables(settings)).toBe(settings);
});

test('documents name only scripts of package.json', async () => {
  const { scripts } = JSON.parse(await readFile(inRepository('package.json'), 'utf8'));
  const own = new Set(['install', 'exec', 'audit', ...Object.keys(scripts)]);
  const named = [...(await markdownFiles())].flatMap(([path, { text }]) =>
    [...text.matchAll(/`[^`\n]*?pnpm(?:@12)?\s+([a-z][a-z:-]*)|^[^#\n]*pnpm(?:@12)?\s+([a-z][a-z:-]*)/gm)].map(
      ([, quoted, line]) => ({ path, script: quoted ?? line }),
    ),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(({ script }) => !own.has(script!))).toEqual([]);
});
