import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { groupPhoto, modelsDir } from '@attrai/vision/test/paths';
import { expect, test } from 'vitest';

const BENCH = fileURLToPath(new URL('../src/bench/bench.ts', import.meta.url));
const run = promisify(execFile);

test('pnpm bench estimator prints speed, stages, faces, memory and the machine', async () => {
  const { stdout } = await run(process.execPath, [BENCH, 'estimator', groupPhoto, '--rounds', '1'], {
    env: { PATH: process.env.PATH, MODELS_DIR: modelsDir },
  });
  expect(stdout).toContain('1 photo × 1 round, min face 40, 4 faces');
  expect(stdout).toMatch(/photos\/s per core +\d+\.\d/);
  expect(stdout).toMatch(/peak memory +\d+ MB RSS/);
  for (const stage of ['decode', 'pnet', 'score', 'encode', 'total'])
    expect(stdout).toMatch(new RegExp(`^${stage} +\\d+\\.\\d`, 'm'));
  expect(stdout).toMatch(/ONNX Runtime \d+\.\d+\.\d+, sharp \d+\.\d+\.\d+/);
});

test('prints the usage and exits with 2 for a bad command line', async () => {
  const usage = (text: string) => ({ code: 2, stderr: expect.stringContaining(text) });
  await expect(run(process.execPath, [BENCH, 'nothing'])).rejects.toMatchObject(usage('pnpm bench'));
  await expect(run(process.execPath, [BENCH, 'estimator'])).rejects.toMatchObject(usage('--rounds'));
});

test.each([[['--help']], [['-h']], [['estimator', '--help']]])('%j prints the usage on stdout', async (args) => {
  const { stdout } = await run(process.execPath, [BENCH, ...args]);
  expect(stdout).toContain('pnpm bench estimator FILE|DIR...');
});

test('names an unknown option', async () => {
  await expect(run(process.execPath, [BENCH, 'estimator', '--x', groupPhoto])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Unknown option --x.\n\n'),
  });
});

test('prints one line for a missing photo', async () => {
  await expect(run(process.execPath, [BENCH, 'estimator', '/nope'])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^[^\n]*no such file[^\n]*\/nope[^\n]*\n$/),
  });
});
