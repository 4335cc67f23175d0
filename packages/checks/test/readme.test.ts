import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { withVariables } from '../src/readme/variables.ts';

const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');

test('the README lists every environment variable as the services read them (pnpm readme writes it)', () => {
  expect(withVariables(readme)).toBe(readme);
});

test('the README names no script that package.json does not have', async () => {
  const { scripts } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
  const own = new Set(['install', 'exec', 'audit', ...Object.keys(scripts)]);
  const named = [...readme.matchAll(/pnpm(?:@12)?\s+([a-z][a-z:-]*)/g)].map(([, script]) => script);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((script) => !own.has(script!))).toEqual([]);
});

test('every file and folder the README links to is there', async () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)\s]+)\)/g), ...readme.matchAll(/src="([^"]+)"/g)].map(
    ([, to]) => to!,
  );
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) {
    const there = await readFile(new URL(`../../../${link}`, import.meta.url)).then(
      () => true,
      (error) => error.code === 'EISDIR',
    );
    expect(there, link).toBe(true);
  }
});
