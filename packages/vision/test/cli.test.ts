import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OWN_SCORE, ownScorer } from './support/own-scorer.ts';
import { groupPhoto, modelsDir, teenPhoto } from './support/paths.ts';

const CLI = fileURLToPath(new URL('../cli/estimate.ts', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'estimate-'));
  await mkdir(join(folder, 'photos/b'), { recursive: true });
  await copyFile(groupPhoto, join(folder, 'photos/b/group.jpg'));
  await copyFile(groupPhoto, join(folder, 'photos/group.JPG'));
  await sharp({ create: { width: 60, height: 50, channels: 3, background: '#888' } })
    .png()
    .toFile(join(folder, 'photos/a.png'));
  await writeFile(join(folder, 'photos/notes.txt'), 'no photo');
  await writeFile(join(folder, 'broken.jpg'), 'no photo');
});
afterAll(() => rm(folder, { recursive: true }));

test('--json prints one line a photo and nothing else, goes on after a bad photo, and exits with 1', async () => {
  const { code, stdout } = await run('--json', 'broken.jpg', 'missing.jpg', 'photos');
  const [broken, missing, ...good] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(code).toBe(1);
  expect(broken).toEqual({ photo: 'broken.jpg', error: { code: 'unreadable', message: expect.any(String) } });
  expect(missing).toEqual({ photo: 'missing.jpg', error: { code: 'file_missing', message: expect.any(String) } });
  expect(good.map(({ photo }) => photo)).toEqual(['photos/a.png', 'photos/b/group.jpg', 'photos/group.JPG']);
  expect(good[0]).toMatchObject({ width: 60, height: 50, faces: [] });
  const [, group] = good;
  expect(Object.keys(group)).toEqual(['photo', 'width', 'height', 'faces', 'ms']);
  expect(group).toMatchObject({ width: 620, height: 349 });
  expect(group.faces).toHaveLength(4);
  expect(Object.keys(group.faces[0])).toEqual(['box', 'landmarks', 'detection', 'score', 'confidence']);
  expect(group.faces[0].landmarks).toHaveLength(5);
  expect(group.ms.total).toBeGreaterThan(0);
});

test('--out writes a picture for every photo that has faces, and none over another', async () => {
  const { code } = await run('photos', '--out', 'pictures/new');
  expect(code).toBe(0);
  const pictures = await readdir(join(folder, 'pictures/new'));
  expect(pictures.sort()).toEqual(['group-2.scored.jpg', 'group.scored.jpg']);
  expect(await sharp(join(folder, 'pictures/new/group.scored.jpg')).metadata()).toMatchObject({
    format: 'jpeg',
    width: 620,
  });
});

test('--out that is a file is refused before any work', async () => {
  const { code, stdout, stderr } = await run('photos', '--out', 'broken.jpg');
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('--out must be a folder');
});

test('offers pictures only when a photo gave one', async () => {
  const { code, stderr } = await run('broken.jpg');
  expect(code).toBe(1);
  expect(stderr).toBe('');
});

test('says how many pictures of other kinds it left out of a folder', async () => {
  await mkdir(join(folder, 'mixed'));
  for (const name of ['a.heic', 'b.GIF', 'notes.txt']) await writeFile(join(folder, 'mixed', name), 'x');
  const { code, stdout, stderr } = await run('mixed');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('Skipped 2 files that are no JPEG, PNG or WebP.\n');
});

test('without options prints a readable line a photo and says how to get pictures', async () => {
  const { code, stdout, stderr } = await run('photos/b/group.jpg');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^photos\/b\/group\.jpg {2}620×349 {2}4 faces: (≈?\d+\.\d ){4} \d+ ms\n$/);
  expect(stderr).toContain('--out DIR');
});

test('a face that looks under 18 has no score, in words and in JSON, and nothing tells its age', async () => {
  await copyFile(teenPhoto, join(folder, 'teen.jpg'));
  expect((await run('teen.jpg')).stdout).toMatch(
    /^teen\.jpg {2}500×570 {2}1 face: – {2}\(–: looks younger than 18, not scored\) {2}\d+ ms\n$/,
  );
  const [face] = JSON.parse((await run('--json', 'teen.jpg')).stdout).faces;
  expect(face).toMatchObject({ score: null, unscored: 'unsure' });
  expect(Object.keys(face)).toEqual(['box', 'landmarks', 'detection', 'score', 'unscored']);
});

test('--min-face changes the smallest face looked for', async () => {
  const { stdout } = await run('--json', '--min-face', '150', 'photos/b/group.jpg');
  expect(JSON.parse(stdout).faces).toEqual([]);
});

test.each([
  [[], ''],
  [['--jsno', 'photos'], 'Unknown option --jsno.\n\n'],
  [['--min-face', 'big', 'photos'], '--min-face'],
  [['--out'], '--out'],
])('%j is answered with the usage and exit code 2', async (args, mention) => {
  const { code, stdout, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('pnpm estimate FILE|DIR...');
  expect(stderr).toContain(mention);
});

test.each(['--help', '-h'])('%s prints the usage on stdout and exits with 0', async (option) => {
  const { code, stdout, stderr } = await run(option);
  expect(code).toBe(0);
  expect(stdout).toContain('pnpm estimate FILE|DIR...');
  expect(stderr).toBe('');
});

test('says so when a folder holds no photos', async () => {
  await mkdir(join(folder, 'empty'));
  expect(await run('empty')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no photos') });
});

test('scores with the model that SCORER_MODEL names', async () => {
  await writeFile(join(folder, 'own.onnx'), ownScorer());
  const { stdout } = await runWith({ SCORER_MODEL: 'own.onnx' }, '--json', 'photos/b/group.jpg');
  expect(JSON.parse(stdout).faces.map(({ score }: { score: number }) => score)).toEqual(Array(4).fill(OWN_SCORE));
});

test('names the file and the command when the models are missing', async () => {
  const { code, stderr } = await runWith({ MODELS_DIR: join(folder, 'empty') }, 'photos/a.png');
  expect(code).toBe(1);
  expect(stderr).toMatch(/empty\/scorer(-int8)?\.onnx/);
  expect(stderr).toContain('pnpm models build');
});

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return runWith({}, ...args);
}

function runWith(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = { cwd: folder, env: { PATH: process.env.PATH, MODELS_DIR: modelsDir, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
