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

test.each(COMMANDS)('%s explains itself when asked', async (command, usage) => {
  for (const option of ['--help', '-h']) {
    expect(await run(command, option)).toEqual({ stdout: expect.stringContaining(usage), stderr: '' });
  }
});

test.each(COMMANDS)('%s answers what it can not do with the usage and exit code 2', async (command, usage, wrong) => {
  for (const args of [wrong, ['--nothing']]) {
    await expect(run(command, ...args)).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(usage),
    });
  }
});
