import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = (command: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [fileURLToPath(new URL(`../src/${command}`, import.meta.url)), ...args]);

const COMMANDS = [
  ['bench/bench.ts', 'pnpm bench', ['model', '--nodes', '0']],
  ['faults/main.ts', 'pnpm test:faults', ['--only', 'no such fault']],
  ['fuzz/main.ts', 'pnpm fuzz', ['--photos', 'many']],
  ['soak/main.ts', 'pnpm test:soak', ['--rate', '0']],
  ['swarm-check/main.ts', 'pnpm swarm:check', ['--photos', '1.5']],
] as const;

test.each(COMMANDS)('%s prints its usage for --help', async (command, usage) => {
  for (const option of ['--help', '-h']) {
    expect(await run(command, option)).toEqual({ stdout: expect.stringContaining(usage), stderr: '' });
  }
});

test.each(COMMANDS)('%s prints its usage and exits with 2 for a bad command line', async (command, usage, wrong) => {
  for (const args of [wrong, ['--nothing']]) {
    const failure = { code: 2, stdout: '', stderr: expect.stringContaining(usage) };
    await expect(run(command, ...args)).rejects.toMatchObject(failure);
  }
});
