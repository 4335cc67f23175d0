import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { SmallVolume } from '@attrai/test-servers/small-volume';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ensureModels, MODEL_FILES } from '../src/build.ts';
import { fingerprint } from '../src/manifest.ts';
import { AGE_WEIGHTS, FACE_NET_WEIGHTS, MTCNN_WEIGHTS, type WeightSource } from '../src/weights/sources.ts';
import { readWeights, Weights } from '../src/weights/tfjs.ts';
import { CLI } from './run-cli.ts';

const PACKAGE = path.join(import.meta.dirname, '..');
const HEAD = path.join(PACKAGE, 'heads/omi.json');
const run = promisify(execFile);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'attrai-build-'));
});
afterEach(() => rm(dir, { recursive: true }));

const everything = [...MODEL_FILES, 'manifest.json'].sort();
const listing = async () => (await readdir(dir)).sort();
const contents = () => Promise.all(MODEL_FILES.map((file) => readFile(path.join(dir, file))));
const pnetAndScorer = () => Promise.all(['pnet.onnx', 'scorer.onnx'].map((file) => readFile(path.join(dir, file))));

describe('the models', () => {
  it('are built with progress, and not again while nothing changed', async () => {
    const progress: string[] = [];
    const onProgress = ({ done, total, file }: { done: number; total: number; file: string }) =>
      progress.push(`${done}/${total} ${file}`);
    expect(await ensureModels({ dir, onProgress })).toEqual({ built: true });
    expect(progress).toEqual(MODEL_FILES.map((file, i) => `${i + 1}/${MODEL_FILES.length} ${file}`));
    expect(await listing()).toEqual(everything);

    const before = await stat(path.join(dir, 'scorer.onnx'));
    expect(await ensureModels({ dir })).toEqual({ built: false });
    expect((await stat(path.join(dir, 'scorer.onnx'))).ino).toBe(before.ino);
    expect(await ensureModels({ dir, force: true })).toEqual({ built: true });
  });

  it.each([
    ['a file was damaged', (): Promise<void> => appendFile(path.join(dir, 'rnet.onnx'), 'x')],
    ['a file was deleted', () => rm(path.join(dir, 'scorer.onnx'))],
    ['the manifest was cut short', () => writeFile(path.join(dir, 'manifest.json'), '{"fingerprint":')],
    ['the manifest names no files', () => emptyManifest()],
  ])('are built again when %s', async (_, damage) => {
    await ensureModels({ dir });
    const good = await contents();
    await damage();
    expect(await ensureModels({ dir })).toEqual({ built: true });
    expect((await contents()).every((bytes, i) => bytes.equals(good[i]!))).toBe(true);
    expect(await ensureModels({ dir })).toEqual({ built: false });
  });

  it('are built again when the head changed, and the scorer with it', async () => {
    await ensureModels({ dir });
    const [pnet, scorer] = await pnetAndScorer();
    const headFile = path.join(dir, 'other-head.json');
    const head = JSON.parse(await readFile(HEAD, 'utf8'));
    await writeFile(
      headFile,
      JSON.stringify({ ...head, views: [{ ...head.views[0], intercept: 0 }, ...head.views.slice(1)] }),
    );
    expect(await ensureModels({ dir, headFile })).toEqual({ built: true });
    const [samePnet, otherScorer] = await pnetAndScorer();
    expect(samePnet!.equals(pnet!)).toBe(true);
    expect(otherScorer!.equals(scorer!)).toBe(false);
  });

  it('are built again when any source of the builder changed, but not when only fitting or measuring did', async () => {
    const sources = path.join(dir, 'src');
    await cp(path.join(PACKAGE, 'src'), sources, { recursive: true });
    let last = await fingerprint(HEAD);
    expect(await fingerprint(HEAD, sources)).toBe(last);
    for (const file of ['fit/ridge.ts', 'evaluate/report.ts', 'thresholds/small-faces.ts']) {
      await appendFile(path.join(sources, file), '// changed\n');
      expect(await fingerprint(HEAD, sources), file).toBe(last);
    }
    const imported = await importedFrom(path.join(sources, 'make.ts'), path.join(sources, 'verify.ts'));
    // The guard's own file lies beside the sources; the head's is named by the caller.
    const builder = [...imported].filter((file) => file.startsWith(sources));
    expect(builder.length).toBeGreaterThan(20);
    for (const file of builder) {
      await appendFile(file, file.endsWith('.json') ? '\n' : '// changed\n');
      const changed = await fingerprint(HEAD, sources);
      expect(changed, file).not.toBe(last);
      last = changed;
    }
  });

  it('are whole after two builds at the same time', async () => {
    const env = { ...process.env, MODELS_DIR: dir };
    await Promise.all([1, 2].map(() => run(process.execPath, [CLI, 'build', '--force'], { env })));
    expect(await listing()).toEqual(everything);
    expect(await ensureModels({ dir })).toEqual({ built: false });
  });

  it('are built after a build was killed, and its leftovers are removed', async () => {
    const child = spawn(process.execPath, [CLI, 'build'], { env: { ...process.env, MODELS_DIR: dir } });
    await once(child.stderr, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = (await listing()).filter((name) => name.startsWith('.unfinished-'));
    expect(left).toHaveLength(1);
    expect(await ensureModels({ dir })).toEqual({ built: true });
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(path.join(dir, left[0]!), anHourAgo, anHourAgo);
    expect(await ensureModels({ dir })).toEqual({ built: false });
    expect(await listing()).toEqual(everything);
  });

  it('are refused, and the old ones kept, when the head is broken', async () => {
    await ensureModels({ dir });
    const good = await contents();
    const headFile = path.join(dir, 'broken.json');
    await writeFile(headFile, '{"name":"broken","weights":[1,2]}');
    await expect(ensureModels({ dir, headFile })).rejects.toMatchObject({ code: 'head_unusable', grade: 'fatal' });
    expect((await contents()).every((bytes, i) => bytes.equals(good[i]!))).toBe(true);
    expect(await listing()).toEqual([...everything, 'broken.json'].sort());
  });
});

describe('the source weights', () => {
  const sources: [string, WeightSource][] = [
    ['MTCNN', MTCNN_WEIGHTS],
    ['the face net', FACE_NET_WEIGHTS],
    ['the age net', AGE_WEIGHTS],
  ];
  it.each(sources)('of %s are refused when a byte differs, with what to do', async (_, source) => {
    const root = await copyOf(source);
    await expect(readWeights(source, root)).resolves.toBeInstanceOf(Weights);
    const file = path.join(root, source.folder, source.data.name);
    const bytes = await readFile(file);
    bytes[1000]! ^= 1;
    await writeFile(file, bytes);
    const refusal = expect(readWeights(source, root)).rejects;
    await refusal.toMatchObject({ code: 'weights_changed', grade: 'fatal' });
    await refusal.toThrow(new RegExp(`${source.data.name}.*sha256.*pnpm@12 install`));
  });

  it('that are not installed are refused with a hint', async () => {
    await expect(readWeights(MTCNN_WEIGHTS, dir)).rejects.toMatchObject({
      code: 'weights_missing',
      message: expect.stringContaining('pnpm@12 install'),
    });
  });
});

describe('pnpm models', () => {
  const env = () => ({ ...process.env, MODELS_DIR: dir });

  it('build shows progress on stderr and leaves stdout empty', async () => {
    const first = await run(process.execPath, [CLI, 'build'], { env: env() });
    expect(first.stdout).toBe('');
    expect(first.stderr).toContain(`Building models (scorer-int8.onnx) ${MODEL_FILES.length}/${MODEL_FILES.length}`);
    const second = await run(process.execPath, [CLI, 'build'], { env: env() });
    expect(second).toEqual({ stdout: '', stderr: '' });
  });

  it.each([
    [[], 'pnpm models build'],
    [['buidl'], 'pnpm models build'],
    [['build', '--fource'], '--fource'],
    [['fit'], '--images DIR'],
  ])('with %j fails with status 2 and shows the usage', async (args, hint) => {
    const failure = await run(process.execPath, [CLI, ...args], { env: env() }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 2, stderr: expect.stringContaining(hint) });
  });
});

async function emptyManifest(): Promise<void> {
  const file = path.join(dir, 'manifest.json');
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), files: {} }));
}

async function copyOf(source: WeightSource): Promise<string> {
  const root = path.join(dir, 'package');
  const installed = path.join(PACKAGE, 'node_modules', source.package);
  for (const { name } of [source.manifest, source.data]) {
    await cp(path.join(installed, source.folder, name), path.join(root, source.folder, name));
  }
  return root;
}

/** The files, and all files of their package that they import or read, directly or not. */
async function importedFrom(...files: string[]): Promise<Set<string>> {
  const found = new Set(files);
  for (const file of found) {
    if (!file.endsWith('.ts')) continue;
    const text = await readFile(file, 'utf8');
    for (const [, imported] of text.matchAll(/(?:from |import |import\.meta\.dirname, )'(\.[^']+|[^']+\.json)'/g)) {
      found.add(path.join(path.dirname(file), imported!));
    }
  }
  return found;
}

it.for([
  ['read-only', 'EROFS'],
  ['full', 'ENOSPC'],
])(
  'models that can not be written, as their folder is %s, are an error with what to do, and nothing is left',
  async ([state, code], { skip }) => {
    skip(SmallVolume.refused !== undefined, SmallVolume.refused);
    const volume = new SmallVolume();
    onTestFinished(() => volume.takeAway());
    volume.mount();
    if (state === 'read-only') await volume.remount('ro');
    const env = { ...process.env, MODELS_DIR: volume.dir };
    const { stdout, stderr } = await run(process.execPath, [CLI, 'build'], { env }).catch((error) => error);
    expect(stdout).toBe('');
    const [said, ...rest] = stderr.split('\n').filter((line: string) => !line.startsWith('Building'));
    expect(said).toMatch(
      new RegExp(`can't be written to ${volume.dir} \\(${code}\\).*set MODELS_DIR to another folder`),
    );
    expect(rest).toEqual(['The models were not built, so nothing was started.', '']);
    expect(await readdir(volume.dir)).toEqual([]);
  },
);
