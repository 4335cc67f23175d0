import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { markdownFiles, repositoryFiles } from './markdown.ts';

const files = await markdownFiles();
const there = new Set((await repositoryFiles()).flatMap(withFolders));

/** A path and all its parent folders. */
function withFolders(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

const relative = [...files].flatMap(([from, { links }]) =>
  links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => ({ from, link, ...target(from, link) })),
);

function target(from: string, link: string): { path: string; anchor: string | undefined } {
  const [path, anchor] = link.split('#');
  return { path: path ? posix.normalize(posix.join(posix.dirname(from), path)) : from, anchor };
}

test('each file and folder that Markdown files link to exists', () => {
  expect(relative.length).toBeGreaterThan(50);
  const dead = relative.filter(({ path }) => !there.has(path.replace(/\/$/, '')));
  expect(dead.map(({ from, link }) => `${from}: ${link}`)).toEqual([]);
});

test('each heading that Markdown files link to exists', () => {
  const toHeadings = relative.filter(({ anchor, path }) => anchor !== undefined && files.has(path));
  expect(toHeadings.length).toBeGreaterThan(10);
  const dead = toHeadings.filter(({ path, anchor }) => !files.get(path)!.anchors.has(anchor!));
  expect(dead.map(({ from, link }) => `${from}: ${link}`)).toEqual([]);
});
