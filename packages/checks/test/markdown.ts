import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { inRepository } from '../src/harness/repository.ts';

export interface MarkdownFile {
  text: string;
  /** Names by which links reach the headings, as GitHub makes them. */
  anchors: Set<string>;
  /** Where links and pictures point to, as written. What stands in code is left out. */
  links: string[];
}

/** Folders of what is installed, built or kept by a run: .gitignore has them too. */
const NOT_OURS = new Set(['.git', 'node_modules', '.models', '.data']);

/** Every file of the repository by its path from the root. */
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

/** The repository's Markdown files by their paths from the root. */
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
 * Lower case, without punctuation, with hyphens for spaces; the second one of a name ends with -1, the third with -2.
 * Source: GitHub's documentation, "Section links".
 */
function anchorsOf(headings: string[]): Set<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const shown = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const name = shown
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = name;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${name}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}
