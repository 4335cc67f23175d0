import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { inRepository } from '../src/harness/repository.ts';

interface MarkdownFile {
  text: string;
  /** Anchors of the headings, as on GitHub. */
  anchors: Set<string>;
  /** Targets of links and pictures, without those in code. */
  links: string[];
}

/** Folders in .gitignore. */
const NOT_OURS = new Set(['.git', 'node_modules', '.models', '.data']);

/** Paths of all files, from the root of the repository. */
export async function repositoryFiles(folder = ''): Promise<string[]> {
  const entries = await readdir(inRepository(folder), { withFileTypes: true });
  const paths = entries
    .filter(({ name }) => !NOT_OURS.has(name))
    .map((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? repositoryFiles(path) : [path];
    });
  return (await Promise.all(paths)).flat();
}

export async function markdownFiles(): Promise<Map<string, MarkdownFile>> {
  const paths = (await repositoryFiles()).filter((path) => path.endsWith('.md'));
  const files = paths.map(async (path) => [path, parse(await readFile(inRepository(path), 'utf8'))] as const);
  return new Map(await Promise.all(files));
}

function parse(text: string): MarkdownFile {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  const headings = [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!);
  const withoutCode = prose.replaceAll(/`[^`]*`/g, '');
  const links = [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g), ...withoutCode.matchAll(/(?:src|href)="([^"]+)"/g)];
  return { text, anchors: anchorsOf(headings), links: links.map(([, to]) => to!) };
}

/**
 * Anchors are in lower case, without punctuation, with hyphens for spaces. Repeated ones end with -1, -2 and so on. See
 * "Section links" in GitHub's documentation.
 */
function anchorsOf(headings: string[]): Set<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const shown = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase();
    const name = shown.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    let anchor = name;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${name}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}
