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

const manifests = new Map(
  FOLDERS.map((folder): [string, Manifest] => [
    folder,
    JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')),
  ]),
);
const doors = [...manifests.values()].flatMap(({ name, exports = {} }) =>
  Object.keys(exports).map((door) => join(name, door)),
);

/** Every import of another of our files or packages: `file` of `folder` imports `path`. */
const imports = FOLDERS.flatMap((folder) =>
  globSync('**/*.{ts,js}', { cwd: join(ROOT, folder), exclude: ['**/node_modules'] }).flatMap((file) =>
    [...readFileSync(join(ROOT, folder, file), 'utf8').matchAll(IMPORT)].map(([, path]) => ({
      folder,
      file,
      path: path!,
    })),
  ),
);

test('a package imports files of its own by path, and of another one through its doors', () => {
  const wrong = imports.filter(({ folder, file, path }) => {
    if (path.startsWith('.')) return relative(folder, join(folder, dirname(file), path)).startsWith('..');
    return path.startsWith('@attrai/') && !doors.includes(path);
  });
  expect(imports.length).toBeGreaterThan(2_000);
  expect(wrong).toEqual([]);
});

test('a door opens: its file is there, and it is no pattern', () => {
  const targets = [...manifests].flatMap(([folder, { exports = {} }]) =>
    Object.values(exports).map((file) => join(folder, file)),
  );
  expect(targets.filter((file) => file.includes('*') || !existsSync(join(ROOT, file)))).toEqual([]);
});
