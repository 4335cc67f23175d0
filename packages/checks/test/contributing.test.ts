import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { inRepository } from '../src/harness/repository.ts';
import { repositoryFiles } from './markdown.ts';

const read = (path: string) => readFile(inRepository(path), 'utf8');
const contributing = await read('CONTRIBUTING.md');
const files = await repositoryFiles();
const isIn = (folder: string, path: string) => path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`);

function pathsIn(text: string): string[] {
  return [...text.matchAll(/`((?:packages|services|deploy|docs|\.ci|\.env)[\w./-]*)`/g)].map(([, path]) => path!);
}

function section(heading: string): string {
  const [, text] = contributing.split(`\n### ${heading}\n`);
  if (text === undefined) throw new Error(`CONTRIBUTING.md has no section "${heading}".`);
  return text.split(/\n##/)[0]!;
}

test('every path that CONTRIBUTING.md names is in the repository', () => {
  const named = pathsIn(contributing);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((folder) => !files.some((path) => isIn(folder, path)))).toEqual([]);
});

describe('CONTRIBUTING.md lists exactly the source files to change for', () => {
  const sources = files.filter((path) => /^(packages|services)\/[^/]+\/(src|cli)\/.*\.(ts|js|html)$/.test(path));

  test.each([
    ['A language', 'the files that name `es`', /\bes: [{t]|'es'|"es"|\/es\.ts'/],
    ['An outcome', 'the files that name `no_face`', /\bno_face\b/],
    ['A metric', 'the files that define one', /name: 'attrai_\w+',\s+help:/],
    [
      'A photo store',
      'the files that tell `volume` from `message`',
      /'volume'.{1,4}'message'|'message'.{1,4}'volume'|store: '(volume|message)'|=== '(volume|message)'/,
    ],
    ['A command', 'the files that name `/privacy`', /case 'privacy':|^\s*('\/help[^\n]*)?\/?privacy: (\(|'|texts)/m],
  ])('%s: %s', async (heading, _which, example) => {
    const listed = pathsIn(section(heading)).filter((path) => path.includes('/src/'));
    const texts = await Promise.all(sources.map(async (path) => ({ path, text: await read(path) })));
    const found = texts.filter(({ text }) => example.test(text)).map(({ path }) => path);
    expect(found.filter((path) => !listed.some((folder) => isIn(folder, path)))).toEqual([]);
    expect(listed.filter((folder) => !found.some((path) => isIn(folder, path)))).toEqual([]);
  });
});

test('docs/metrics.md lists exactly the metrics of the services', async () => {
  const defined = await Promise.all(
    files
      .filter((path) => /^(packages|services)\/[^/]+\/src\/metrics\.ts$/.test(path))
      .map(async (path) => [...(await read(path)).matchAll(/name: '(attrai_\w+)'/g)].map(([, name]) => name!)),
  );
  const told = [...(await read('docs/metrics.md')).matchAll(/^\| `(attrai_\w+)/gm)].map(([, name]) => name!);
  expect(told.sort()).toEqual([...new Set(defined.flat())].sort());
});
