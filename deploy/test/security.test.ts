import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string) => readFile(root(path), 'utf8');

test('every test that SECURITY.md names exists', async () => {
  const text = (await read('SECURITY.md')).replaceAll(/\s+/g, ' ');
  const named = [...text.matchAll(/`([^`]+\.ts)`: "([^"]+)"/g)].map(([, file, name]) => ({ file: file!, name: name! }));
  expect(named.length).toBeGreaterThan(40);
  for (const { file, name } of named) {
    const starts = `(?:test|it|describe)(?:\\.each)?[^'"]*['"]|\\)\\(\\s*['"]`;
    const declared = new RegExp(`(?:${starts})${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"]`);
    expect(await read(file), `${file}: ${name}`).toMatch(declared);
  }
  // Every threat says what stops it by a test, and what remains.
  const threats = text.split(/ ### /).slice(1);
  expect(threats.length).toBeGreaterThanOrEqual(9);
  for (const threat of threats) expect(threat).toMatch(/\*Could\*.*\*What stops them:\*.*`: ".*\*Remains:\*/);
});

test('every file that SECURITY.md names is there', async () => {
  const named = (await read('SECURITY.md')).matchAll(/`((?:packages|services|deploy|\.ci)\/[^`]+)`/g);
  const files = new Set([...named].map(([, file]) => file!));
  expect(files.size).toBeGreaterThan(20);
  for (const file of files) await expect(read(file), file).resolves.not.toBe('');
});

test('the stack gives the token to the bot alone, and the estimator no way out', async () => {
  const stack = await read('docker-stack.yml');
  const [, services] = /\nservices:\n([\s\S]*?)\n\S/.exec(stack)!;
  const sections = Object.fromEntries(
    services!.split(/^ {2}(?=[a-z])/m).map((text) => [/^[\w-]*/.exec(text)![0], text]),
  );
  const holders = Object.keys(sections).filter((name) => /bot_token/i.test(sections[name]!));
  expect(holders).toEqual(['bot']);

  const { estimator } = sections;
  expect(estimator).toMatch(/^ {4}secrets: \[rabbitmq_estimator_password\]$/m);
  expect(estimator).toMatch(/^ {4}init: true$/m);
  for (const name of ['bot', 'estimator']) {
    expect(sections[name]).toMatch(/^ {4}read_only: true$/m);
    expect(sections[name]).toMatch(/^ {4}cap_drop: \[ALL\]$/m);
  }
  const [, networks] = /^ {4}networks: \[(.+)\]$/m.exec(estimator!)!;
  for (const network of networks!.split(', ')) {
    expect(stack).toMatch(new RegExp(`^  ${network}: \\{ driver: overlay, internal: true \\}$`, 'm'));
  }
});

test('no package but node runs a script when it is installed', async () => {
  const [, builds] = /\nallowBuilds:\n((?: {2}.*\n)+)/.exec(await read('pnpm-workspace.yaml'))!;
  const allowed = builds!.match(/[\w@/-]+(?=: true)/g);
  expect(allowed).toEqual(['node']);
});

test('the audit of .ci/run fails on a high vulnerability, and says so when it could ask nobody', async () => {
  const [command] = /^npx .* audit .*$/m.exec(await read('.ci/run'))!;
  const audit = (registry: string) =>
    promisify(execFile)('bash', ['-c', `${command} --registry ${registry}`], { cwd: root('.') }).then(
      ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
      ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
    );
  let severity = '';
  const registry = createServer((request, response) => {
    const advisory = { id: 1, url: 'https://example.org/1', title: 'A hole', severity, vulnerable_versions: '<99' };
    request.resume().on('end', () => {
      if (severity === '') response.statusCode = 405;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ telegraf: [{ ...advisory, cwe: [], cvss: { score: 9, vectorString: null } }] }));
    });
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  try {
    const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    severity = 'high';
    expect(await audit(url)).toMatchObject({ code: 1, said: expect.stringContaining('A hole') });
    severity = 'moderate';
    expect(await audit(url)).toMatchObject({ code: 0, said: expect.stringContaining('1 moderate') });
    severity = '';
    expect(await audit(url)).toMatchObject({ code: 0, said: expect.stringContaining('responded with 405') });
  } finally {
    registry.close();
    registry.closeAllConnections();
  }
});
