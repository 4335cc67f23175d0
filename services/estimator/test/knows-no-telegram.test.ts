import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SERVICES = fileURLToPath(new URL('../..', import.meta.url));
const main = join(SERVICES, 'estimator/src/main.ts');

/** Our files that `file` loads, itself included, and the packages of others that they load. */
function loadedBy(file: string, known = { files: new Set<string>(), packages: new Set<string>() }) {
  if (known.files.has(file)) return known;
  known.files.add(file);
  const source = readFileSync(file, 'utf8');
  const imports = [...source.matchAll(/(?:\bfrom|\bimport|new URL\(|import\()\s*'([^']+)'/g)].map(([, name]) => name!);
  for (const name of imports) {
    if (name.startsWith('.')) {
      if (name.endsWith('.ts')) loadedBy(join(dirname(file), name), known);
    } else if (name.startsWith('@attrai/')) {
      loadedBy(createRequire(file).resolve(name), known);
    } else {
      known.packages.add(name);
    }
  }
  return known;
}

test('the estimator loads nothing that knows Telegram or reads the token', () => {
  const { files, packages } = loadedBy(main);
  expect(files.size).toBeGreaterThan(40);
  for (const thread of ['watchdog-thread.ts', 'vision-thread.ts']) {
    expect(
      [...files].some((file) => file.endsWith(`/${thread}`)),
      thread,
    ).toBe(true);
  }
  expect([...files].filter((file) => /services\/(bot|sandbox|together)\//.test(file))).toEqual([]);
  for (const file of files) expect(readFileSync(file, 'utf8'), file).not.toMatch(/BOT_TOKEN|api\.telegram\.org/);
  expect([...packages].filter((name) => /telegra|grammy|bullmq|redis/.test(name))).toEqual([]);
  expect([...packages]).toContain('amqplib');
});

test('the same look at the bot would find what is forbidden here', () => {
  const { files, packages } = loadedBy(join(SERVICES, 'bot/src/main.ts'));
  expect([...files].some((file) => readFileSync(file, 'utf8').includes('BOT_TOKEN'))).toBe(true);
  expect([...packages].filter((name) => /telegra|bullmq/.test(name)).length).toBeGreaterThan(1);
});
