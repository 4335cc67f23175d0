import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { inRepository } from '../src/harness/repository.ts';

const ROOT = inRepository('.');
const IMPORT = /\b(?:from|import)\s*\(?\s*'([^']+)'/g;
const FOLDERS = ['deploy', ...globSync('{packages,services}/*', { cwd: ROOT })];

interface Manifest {
  name: string;
  exports?: Record<string, string>;
}

const manifests = FOLDERS.map((folder) => {
  const { name, exports = {} }: Manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
  return { folder, name, exports };
});
const doors = manifests.flatMap(({ name, exports }) => Object.keys(exports).map((door) => join(name, door)));

const imports = FOLDERS.flatMap((folder) =>
  globSync('**/*.{ts,js}', { cwd: join(ROOT, folder), exclude: ['**/node_modules'] }).flatMap((file) => {
    const found = readFileSync(join(ROOT, folder, file), 'utf8').matchAll(IMPORT);
    return [...found].map(([, path]) => ({ folder, file, path: path! }));
  }),
);

test('a package imports its own files by path, and other packages by their exports', () => {
  const wrong = imports.filter(({ folder, file, path }) => {
    if (path.startsWith('.')) return relative(folder, join(folder, dirname(file), path)).startsWith('..');
    return path.startsWith('@attrai/') && !doors.includes(path);
  });
  expect(imports.length).toBeGreaterThan(2_000);
  expect(wrong).toEqual([]);
});

test('each export is an existing file, and no pattern', () => {
  const targets = manifests.flatMap(({ folder, exports }) => Object.values(exports).map((file) => join(folder, file)));
  expect(targets.filter((file) => file.includes('*') || !existsSync(join(ROOT, file)))).toEqual([]);
});
