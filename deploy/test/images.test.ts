import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { text } from './stack-file.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
}

/** Folders of the workspace's packages that `folder` needs in production, itself included, sorted. */
function neededFolders(folder: string, found = new Set<string>()): string[] {
  found.add(folder);
  const { dependencies = {} }: Manifest = JSON.parse(readFileSync(root(`${folder}/package.json`), 'utf8'));
  for (const [name, version] of Object.entries(dependencies)) {
    if (!version.startsWith('workspace:')) continue;
    const [, short] = name.split('/');
    const next = [`packages/${short}`, `services/${short}`].find((path) => existsSync(root(path)))!;
    if (!found.has(next)) neededFolders(next, found);
  }
  return [...found].sort();
}

/** The instructions of a Dockerfile, continued lines joined, by build stage. */
function stagesOf(dockerfile: string): string[][] {
  const lines = text(dockerfile)
    .replace(/\\\n(\s*#.*\n)*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages: string[][] = [];
  for (const line of lines) {
    if (line.startsWith('FROM ')) stages.push([]);
    stages.at(-1)?.push(line);
  }
  return stages;
}

/** What the stages copy from the repository. */
function copied(stages: string[][]): string[] {
  const copies = stages.flat().filter((line) => line.startsWith('COPY ') && !line.includes('--from='));
  return copies.flatMap((line) => line.split(/\s+/).slice(1, -1));
}

describe.each([
  ['Dockerfile.bot', 'services/bot'],
  ['Dockerfile.estimator', 'services/estimator'],
  ['Dockerfile.autoscaler', 'services/autoscaler'],
  ['packages/checks/src/swarm-check/Dockerfile.sandbox', 'services/sandbox'],
])('%s', (dockerfile, service) => {
  const stages = stagesOf(dockerfile);
  const last = stages.at(-1)!;

  test('copies what is there, and what .dockerignore lets through', () => {
    const let_through = text('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = copied(stages);
    expect(sources.length).toBeGreaterThan(8);
    for (const source of sources) {
      expect(existsSync(root(source)), source).toBe(true);
      expect(
        let_through.some((path) => source === path || source.startsWith(`${path}/`)),
        source,
      ).toBe(true);
    }
  });

  test('installs and holds just the packages that the service needs in production', () => {
    const needed = neededFolders(service);
    expect(copied([last]).filter((path) => path.endsWith('/src'))).toEqual(needed.map((path) => `${path}/src`));
    const filtered = stages.filter((stage) =>
      stage.some((line) => line.includes(`"@attrai/${service.split('/')[1]}..."`)),
    );
    expect(filtered).toHaveLength(1);
    const before = filtered[0]![0]!.includes('FROM tools') ? [stages[0]!, filtered[0]!] : [filtered[0]!];
    const manifests = copied(before).filter((path) => /^(packages|services)/.test(path));
    expect(manifests.sort()).toEqual(needed.map((path) => `${path}/package.json`));
  });

  test('installs by the lockfile, for production, from a base image that can be another', () => {
    for (const stage of stages) expect(stage[0]).toMatch(/^FROM (\$\{NODE_IMAGE\}|tools)/);
    expect(text(dockerfile)).toMatch(/^ARG NODE_IMAGE=node:24-bookworm-slim$/m);
    const installs = stages.flat().filter((line) => /pnpm install /.test(line));
    expect(installs.length).toBeGreaterThan(0);
    for (const install of installs) expect(install).toMatch(/--frozen-lockfile --prod /);
    expect(text('pnpm-lock.yaml')).toContain(`  ${service}:`);
  });

  test('runs node itself, unprivileged, so that SIGTERM reaches it', () => {
    const of = (instruction: string) =>
      last.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));
    expect(of('USER')).toEqual(['1000:1000']);
    expect(of('STOPSIGNAL')).toEqual(['SIGTERM']);
    const [command, script] = JSON.parse(of('ENTRYPOINT')[0]!) as [string, string];
    expect(command).toBe('node');
    expect(script).toBe(`${service}/src/main.ts`);
    expect(last.some((line) => /pnpm|npm install/.test(line))).toBe(false);
    if (service === 'services/sandbox') return;
    const [health] = of('HEALTHCHECK');
    const asks = JSON.parse(/CMD (\[.*\])/.exec(health!)![1]!) as string[];
    expect(asks[0]).toBe('node');
    expect(existsSync(root(asks[1]!))).toBe(true);
  });
});
