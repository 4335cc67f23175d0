import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '@attrai/vision/test/temporary-folder';
import { beforeAll, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

const dir = temporaryFolder();
const run = (...args: string[]) => runCli(dir, path.join(dir, 'models'), ...args);
beforeAll(() => writeFile(path.join(dir, 'nice.csv'), 'file,rating\na.jpg,1\n'));

it.each([
  [['--ratings', 'nice.csv'], '--images is missing.'],
  [['--images', '.'], '--ratings is missing.'],
])('fit %j says which option is missing and what is required', async (args, mention) => {
  const { code, stderr } = await run('fit', ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(mention);
  expect(stderr).toContain('at least 100 rated faces (required)');
});

it.each([
  [['evaluate', '--ratings', 'nice.csv'], '--images is missing.'],
  [['evaluate', '--images', '.'], '--ratings is missing.'],
  [['evaluate', '--images', '.', '--ratings', 'nice.csv', '--folds', '1'], '--folds takes a whole number from 2.'],
  [['evaluate', '--images', '.', '--ratings', 'nice.csv', '--out', 'x.pdf'], 'ends in .html, .md, .svg.'],
  [['robustness'], '--images is missing.'],
  [['calibrate'], '--images is missing.'],
  [['thresholds', '--images', '.', '--faces', '0'], '--faces takes a whole number from 1.'],
])('%j says what is wrong', async (args, mention) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.split('\n')[0]).toContain(mention);
});

it('fit needs no --name, and says how many faces it takes', async () => {
  const { code, stderr } = await run('fit', '--images', '.', '--ratings', 'nice.csv');
  expect(code).toBe(1);
  expect(stderr).toContain('Only 1 of 1 rows have a rating; it takes 100 rated faces.');
});

it('ages says why it could look at no face', async () => {
  const args = ['--images', '.', '--ratings', 'nice.csv', '--age-column', 'rating'];
  const { code, stdout, stderr } = await run('ages', ...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('No face could be looked at. 1 × file missing');
});

it('robustness makes the folder of its report before it begins', async () => {
  const out = path.join(dir, 'nice.csv', 'report.html');
  const { code, stdout, stderr } = await run('robustness', '--images', '.', '--out', out);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^E(NOTDIR|EXIST).*nice\.csv.*\n$/);
});

it('calibrate says which files it overwrites', async () => {
  expect((await run('calibrate', '--help')).stdout).toContain('src/nets/*.calibration.json');
});

it.each([[['--help']], [['-h']], [['build', '--help']], [['fit', '--help']]])(
  '%j prints the usage on stdout',
  async (args) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage:');
  },
);

it.each([[['build', '--x']], [['fit', '--x']]])('%j names the option it does not know', async (args) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^Unknown option --x\.\n\nUsage:/);
});
