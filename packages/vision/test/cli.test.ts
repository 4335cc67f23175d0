import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { OWN_SCORE, ownScorer } from './support/own-scorer.ts';
import { groupPhoto, modelsDir, teenPhoto } from './support/paths.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const CLI = fileURLToPath(new URL('../cli/estimate.ts', import.meta.url));
const folder = temporaryFolder();

beforeAll(async () => {
  await mkdir(join(folder, 'photos/b'), { recursive: true });
  await copyFile(groupPhoto, join(folder, 'photos/b/group.jpg'));
  await copyFile(groupPhoto, join(folder, 'photos/group.JPG'));
  await sharp({ create: { width: 60, height: 50, channels: 3, background: '#888' } })
    .png()
    .toFile(join(folder, 'photos/a.png'));
  await writeFile(join(folder, 'photos/notes.txt'), 'no photo');
  await writeFile(join(folder, 'broken.jpg'), 'no photo');
});

test('--json prints one line for each photo and nothing else, goes on after a bad photo, and exits with 1', async () => {
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
  expect(Object.keys(group.faces[0])).toEqual(['box', 'row', 'landmarks', 'detection', 'score', 'confidence']);
  expect(group.faces[0].landmarks).toHaveLength(5);
  expect(group.ms.total).toBeGreaterThan(0);
});

test('--out writes a picture for every photo that has faces, in the same subfolders, and overwrites none', async () => {
  const { code } = await run('photos', 'photos/b', '--out', 'pictures/new');
  expect(code).toBe(0);
  const pictures = await readdir(join(folder, 'pictures/new'), { recursive: true });
  expect(pictures.sort()).toEqual(['b', 'b/group.scored.jpg', 'group-2.scored.jpg', 'group.scored.jpg']);
  const written = await sharp(join(folder, 'pictures/new/b/group.scored.jpg')).metadata();
  expect(written).toMatchObject({ format: 'jpeg', width: 620 });
});

test('never reads what it wrote itself: no *.scored.jpg, and nothing in the folder of --out', async () => {
  await mkdir(join(folder, 'again/scored'), { recursive: true });
  for (const name of ['a.jpg', 'b.SCORED.jpg', 'scored/c.jpg']) await copyFile(groupPhoto, join(folder, 'again', name));
  for (const round of [1, 2]) {
    const { stdout, stderr } = await run('--json', 'again', 'again/b.SCORED.jpg', '--out', 'again/scored');
    expect(photosOf(stdout), `round ${round}`).toEqual(['again/a.jpg']);
    expect(stderr).toContain('Skipped 2 pictures that estimate wrote (*.scored.jpg).\n');
    expect(stderr).toContain('Skipped again/scored: the pictures go there.\n');
  }
  expect(photosOf((await run('--json', 'again', '--out', 'again')).stdout)).toEqual([
    'again/a.jpg',
    'again/scored/c.jpg',
  ]);
});

test('an --out that is a file is refused before any work', async () => {
  const { code, stdout, stderr } = await run('photos', '--out', 'broken.jpg');
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('--out must be a folder');
});

test('mentions --out only if a photo would give a picture', async () => {
  const { code, stderr } = await run('broken.jpg');
  expect(code).toBe(1);
  expect(stderr).toBe('1 photo (1 could not be used), 0 faces, 0 scored.\n');
});

test('says how many pictures of other kinds it skipped in a folder, and which folder it could not read', async () => {
  await mkdir(join(folder, 'mixed/locked'), { recursive: true });
  for (const name of ['a.heic', 'b.GIF', 'notes.txt']) await writeFile(join(folder, 'mixed', name), 'x');
  await chmod(join(folder, 'mixed/locked'), 0);
  const { code, stdout, stderr } = await run('mixed');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('Skipped 2 pictures of kinds that are not read (.gif, .heic).\n');
  // root reads everything.
  if (process.getuid?.() !== 0) expect(stderr).toContain('Skipped mixed/locked: the folder cannot be read.\n');
});

test('reads the photos that links in a folder lead to, names links to nothing, and says which folders it did not follow', async () => {
  await mkdir(join(folder, 'linked'));
  await symlink('../photos/a.png', join(folder, 'linked/a.png'));
  await symlink('nowhere', join(folder, 'linked/b.jpg'));
  await symlink('.', join(folder, 'linked/loop'));
  const { stdout, stderr } = await run('linked');
  expect(stdout).toMatch(/^linked\/a\.png {2}60×50 .*\nlinked\/b\.jpg {2}there is no such file \(file_missing\)\n$/);
  expect(stderr).toContain('Skipped linked/loop: links to folders are not followed.\n');
});

test('prints a readable line for each photo, then how to get pictures, and a summary', async () => {
  const { code, stdout, stderr } = await run('--adults', 'photos/b/group.jpg', 'broken.jpg');
  expect(code).toBe(1);
  const [good, broken] = stdout.split('\n');
  expect(good).toMatch(/^photos\/b\/group\.jpg {2}620×349 {2}4 faces: (≈?\d+\.\d ){4} \d+ ms$/);
  expect(broken).toBe('broken.jpg  not a JPEG, PNG or WebP file (unreadable)');
  expect(stderr).toContain('--out DIR');
  expect(stderr.endsWith('\n2 photos (1 could not be used), 4 faces, 4 scored.\n')).toBe(true);
});

test('a face that looks under 18 has no score in text and in JSON, and its age is nowhere', async () => {
  await copyFile(teenPhoto, join(folder, 'teen.jpg'));
  const { stdout, stderr } = await run('teen.jpg', 'teen.jpg');
  const lines = stdout.trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(/^teen\.jpg {2}500×570 {2}1 face: (–|child) {2}\d+ ms$/);
  // Explained once.
  expect(stderr.match(/^(–: may be under 18|child: looks like a child)/gm)).toHaveLength(1);
  const [face] = JSON.parse((await run('--json', 'teen.jpg')).stdout).faces;
  expect(face).toMatchObject({ score: null, unscored: expect.stringMatching(/^(child|unsure)$/) });
  expect(Object.keys(face)).toEqual(['box', 'row', 'landmarks', 'detection', 'score', 'unscored']);
});

test('--adults scores faces that may be under 18', async () => {
  await copyFile(teenPhoto, join(folder, 'teen.jpg'));
  const [face] = JSON.parse((await run('--json', '--adults', 'teen.jpg')).stdout).faces;
  expect(face.unscored).not.toBe('unsure');
});

test("a file's name can neither move the cursor nor change the direction of text", async () => {
  const name = 'a\x1b[2J\nb\u009b\u202e.jpg';
  await writeFile(join(folder, name), 'no photo');
  expect((await run(name)).stdout).toMatch(/^a\\x1b\[2J\\x0ab\\x9b\\u202e\.jpg {2}not a JPEG/);
  expect(photosOf((await run('--json', name)).stdout)).toEqual([name]);
});

test('- reads one photo from standard input', async () => {
  const { code, stdout } = await runWith({}, ['--json', '-', '--out', 'from-stdin'], await readFile(groupPhoto));
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ photo: '-', width: 620, height: 349 });
  expect(await readdir(join(folder, 'from-stdin'))).toEqual(['stdin.scored.jpg']);
});

test('stops reading standard input after the size of the largest photo', async () => {
  const { stdout } = await runWith({}, ['--json', '-'], Buffer.alloc(64 * 2 ** 20));
  expect(JSON.parse(stdout).error.code).toBe('too_many_bytes');
});

test('paths are relative to the folder of the user, though pnpm runs it elsewhere', async () => {
  const asPnpmDoes = { INIT_CWD: join(folder, 'photos'), npm_lifecycle_event: 'estimate' };
  const models = { MODELS_DIR: relative(folder, modelsDir) };
  const { code, stdout } = await runWith({ ...asPnpmDoes, ...models }, ['--json', 'b', '--out', 'b/out']);
  expect(code).toBe(0);
  expect(photosOf(stdout)).toEqual(['b/group.jpg']);
  expect(await readdir(join(folder, 'photos/b/out'))).toEqual(['group.scored.jpg']);
  await rm(join(folder, 'photos/b/out'), { recursive: true });
  // Not so for another script.
  const { stdout: other } = await runWith({ ...asPnpmDoes, npm_lifecycle_event: 'other' }, ['--json', 'photos/b']);
  expect(photosOf(other)).toEqual(['photos/b/group.jpg']);
});

test('--min-face, or else MIN_FACE, sets the smallest face to find', async () => {
  const facesAt = async (env: Record<string, string>, ...options: string[]) => {
    const { stdout } = await runWith(env, ['--json', 'photos/b/group.jpg', ...options]);
    return JSON.parse(stdout).faces.length;
  };
  expect(await facesAt({}, '--min-face', '150')).toBe(0);
  expect(await facesAt({ MIN_FACE: '150' })).toBe(0);
  expect(await facesAt({ MIN_FACE: '150' }, '--min-face', '20')).toBe(4);
  expect(await facesAt({ MIN_FACE: '' })).toBe(4);
});

test.each(['19', '1001', '40.5', 'big', '-1'])('a smallest face of %s is refused', async (size) => {
  const refusal = (of: string) => {
    return { code: 2, stderr: expect.stringContaining(`${of} takes a whole number from 20 to 1000.`) };
  };
  expect(await run(`--min-face=${size}`, 'photos')).toMatchObject(refusal('--min-face'));
  expect(await runWith({ MIN_FACE: size }, ['photos'])).toMatchObject(refusal('MIN_FACE'));
});

test.each([
  [[], ''],
  [['--jsno', 'photos'], 'Unknown option --jsno.\n\n'],
  [['-', '-'], 'only once'],
  [['--out'], '--out'],
])('%j is answered with the usage and exit code 2', async (args, mention) => {
  const { code, stdout, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('pnpm estimate FILE|DIR|-...');
  expect(stderr).toContain(mention);
});

test.each(['--help', '-h'])('%s prints the usage on stdout and exits with 0', async (option) => {
  const { code, stdout, stderr } = await run(option);
  expect(code).toBe(0);
  expect(stdout).toContain('pnpm estimate FILE|DIR|-...');
  expect(stderr).toBe('');
});

test('says that a folder has no photos', async () => {
  await mkdir(join(folder, 'empty'));
  expect(await run('empty')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no photos') });
});

test('scores with the model that SCORER_MODEL names', async () => {
  await writeFile(join(folder, 'own.onnx'), ownScorer());
  const { stdout } = await runWith({ SCORER_MODEL: 'own.onnx' }, ['--json', '--adults', 'photos/b/group.jpg']);
  expect(JSON.parse(stdout).faces.map(({ score }: { score: number }) => score)).toEqual(Array(4).fill(OWN_SCORE));
});

test('names the file and the command when the models are missing', async () => {
  const { code, stderr } = await runWith({ MODELS_DIR: join(folder, 'empty') }, ['photos/a.png']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/empty\/scorer(-int8)?\.onnx/);
  expect(stderr).toContain('pnpm models build');
});

/** The names in lines of JSON. */
function photosOf(stdout: string): string[] {
  const lines = stdout.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line).photo);
}

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

function run(...args: string[]): Promise<Run> {
  return runWith({}, args);
}

function runWith(env: Record<string, string>, args: string[], stdin = Buffer.alloc(0)): Promise<Run> {
  const options = { cwd: folder, env: { PATH: process.env.PATH, MODELS_DIR: modelsDir, ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    // It may end, or stop reading, before all is written.
    child.stdin!.on('error', () => {});
    child.stdin!.end(stdin);
  });
}

test('a folder for the pictures that can not be written to is named before any photo is looked at', async () => {
  const { code, stdout, stderr } = await run('--out', 'broken.jpg/pictures', 'photos');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^--out broken.jpg\/pictures can't be written to \(\w+\)\. Name another folder\.\n$/);
});
