import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FatalError, gradeOf } from '@attrai/contracts/errors';
import { ensureModels } from '@attrai/models/build';
import { modelsDir } from '@attrai/models/models-dir';
import type { VisionInSteps } from '@attrai/vision/vision';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startVisionThread } from '../src/start-vision-thread.ts';
import { WatchedPhoto } from '../src/watched-photo.ts';
import { OwnVision, type WatchedVision } from '../src/watched-vision.ts';
import { NO_FACE, TWO_FACES } from './estimates.ts';
import { DIARY, decodedTo, GO_ON, loadScriptedVision } from './scripted-vision.ts';

/** On a busy machine, too. */
const soon = { timeout: 40_000, interval: 10 };
const MODELS_DIR = modelsDir();
const script = new URL('./scripted-vision-thread.ts', import.meta.url);
const noop = () => {};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attrai-vision-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

type Start = (
  modelsDir: string,
  memory: SharedArrayBuffer,
  onFatal: (error: FatalError) => void,
) => Promise<WatchedVision>;

const inThread: Start = (modelsDir, memory, onFatal) =>
  startVisionThread({ vision: { modelsDir }, memory, onFatal, script });
const inOwnThread: Start = async (modelsDir, memory) =>
  new OwnVision(await loadScriptedVision({ modelsDir }), new WatchedPhoto(memory));

async function open(start: Start) {
  const folder = emptyFolder();
  const memory = WatchedPhoto.memory();
  const onFatal = vi.fn();
  const vision = await start(folder, memory, onFatal);
  cleanups.push(
    () => vision.close(),
    () => goOn(),
  );
  const goOn = () => writeFileSync(join(folder, GO_ON), '');
  const diary = () =>
    existsSync(join(folder, DIARY)) ? readFileSync(join(folder, DIARY), 'utf8').trim().split('\n') : [];
  const look = (says: string, onDecoded = noop) =>
    vision.estimate(`request of ${says}`, Buffer.from(says), {}, onDecoded);
  const looks = () => diary().filter((line) => !line.startsWith('decodes'));
  return { vision, look, watched: new WatchedPhoto(memory), goOn, diary, looks, onFatal };
}

describe.each([
  ['in the thread of the caller', inOwnThread],
  ['in a thread of its own', inThread],
])('the vision %s', (_, start) => {
  test.each([
    ['small', Buffer.from('a photo')],
    ['large', Buffer.alloc(300_000, 'another photo')],
    ['a part of something', Buffer.concat([Buffer.alloc(20_000, 'x'), Buffer.alloc(30_000, 'photo')]).subarray(20_000)],
  ])('gives what it finds in a photo that is %s, and the picture', async (_kind, photo) => {
    const { vision } = await open(start);
    const copy = Buffer.from(photo);
    const { picture, ...found } = await vision.estimate('request', photo, {}, noop);
    const { picture: _picture, ...expected } = TWO_FACES;
    expect(found).toEqual(expected);
    expect(picture).toBeInstanceOf(Buffer);
    expect(picture!.equals(copy)).toBe(true);
  });

  test.each([{}, { adultsConfirmed: true }, { adultsConfirmed: false, decimalComma: true }])(
    'is asked for what its caller wishes: %j',
    async (wishes) => {
      const { vision } = await open(start);
      const { picture } = await vision.estimate('request', Buffer.from('tell wishes'), wishes, noop);
      expect(JSON.parse(String(picture))).toEqual(wishes);
    },
  );

  test('gives no picture of a photo without a face', async () => {
    const { look } = await open(start);
    expect(await look('no face')).toEqual(NO_FACE);
  });

  test.each([
    [
      'unreadable',
      {
        grade: 'final',
        code: 'unreadable',
        message: 'no photo',
        cause: expect.objectContaining({ message: 'bad marker' }),
      },
    ],
    ['fatal', { grade: 'fatal', code: 'model_unusable', message: 'broken' }],
    ['bug', { message: 'nobody thought of this', stack: expect.stringContaining('scripted-vision.ts') }],
  ])('throws the error of a photo, with grade and code (%s), and goes on', async (says, expected) => {
    const { look, onFatal } = await open(start);
    const error = await look(says).catch((thrown) => thrown);
    expect(error).toMatchObject(expected);
    expect(gradeOf(error)).toBe('grade' in expected ? expected.grade : 'retryable');
    expect(await look('a photo')).toMatchObject({ faces: TWO_FACES.faces });
    expect(onFatal).not.toHaveBeenCalled();
  });

  test('looks at photos one after the other, in the order asked for', async () => {
    const { look, looks } = await open(start);
    const photos = ['one', 'unreadable', 'two', 'three'];
    await Promise.allSettled(photos.map((says) => look(says)));
    expect(looks()).toEqual(['begins one', 'ends one', 'begins two', 'ends two', 'begins three', 'ends three']);
  });

  test('decodes a photo, and calls onDecoded, while the one before is looked at', async () => {
    const { look, looks, goOn } = await open(start);
    const decoded = Promise.withResolvers<void>();
    const photos = [look('wait'), look('another', () => decoded.resolve())];
    await decoded.promise;
    expect(looks()).toEqual(['begins wait']);
    goOn();
    await Promise.all(photos);
    expect(looks()).toEqual(['begins wait', 'ends wait', 'begins another', 'ends another']);
  });

  test('calls onDecoded once, before the photo is done, and never for one that cannot be decoded', async () => {
    const { look } = await open(start);
    const steps: string[] = [];
    await look('a photo', () => steps.push('decoded'));
    steps.push('done');
    await look('unreadable', () => steps.push('decoded')).catch(() => steps.push('failed'));
    expect(steps).toEqual(['decoded', 'done', 'failed']);
  });

  test('has the watchdog watch the photo that is looked at, not the one that waits, and none in the end', async () => {
    const { look, watched, goOn } = await open(start);
    const photos = [look('wait'), look('another'), look('unreadable').catch(noop)];
    await vi.waitFor(() => expect(watched.turn).toBe(1), soon);
    expect(watched.requestId).toBe('request of wait');
    goOn();
    await Promise.all(photos);
    expect(watched.turn).toBe(6);
  });

  test('closes when all photos are done, once', async () => {
    const { vision, look, diary, onFatal } = await open(start);
    const photos = [look('one'), look('two')];
    await Promise.all([vision.close(), vision.close()]);
    await vision.close();
    await Promise.all([...photos, nextTurn()]);
    expect(onFatal).not.toHaveBeenCalled();
    expect(diary().slice(-2)).toEqual(['ends two', 'closes']);
  });

  test('does not start when the models are unusable', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'unusable'), '');
    const onFatal = vi.fn();
    const error = await start(folder, WatchedPhoto.memory(), onFatal).catch((thrown) => thrown);
    expect(error).toMatchObject({ grade: 'fatal', code: 'model_unusable', message: 'build the models' });
    expect(gradeOf(error)).toBe('fatal');
  });
});

test('a photo that need not wait is watched before it is decoded', async () => {
  const watched = new WatchedPhoto(WatchedPhoto.memory());
  const whileDecoding: [number, string][] = [];
  const script: VisionInSteps = {
    async decode(photo) {
      whileDecoding.push([watched.turn, watched.requestId]);
      return decodedTo(photo);
    },
    look: async () => NO_FACE,
    async close() {},
  };
  const vision = new OwnVision(script, watched);
  await vision.estimate('first', Buffer.from('a photo'), {}, noop);
  const photos = ['second', 'third'].map((id) => vision.estimate(id, Buffer.from('a photo'), {}, noop));
  await Promise.all(photos);
  expect(whileDecoding).toEqual([
    [1, 'first'],
    [3, 'second'],
    [3, 'second'],
  ]);
});

describe('the thread of the vision', () => {
  test.each([
    ['ends', 'end the thread', undefined],
    ['breaks', 'break the thread', 'a stray rejection'],
  ])('that %s over a photo fails it and those behind as retryable, then ends the process', async (_, says, cause) => {
    const { look, looks, onFatal, vision } = await open(inThread);
    const steps: string[] = [];
    onFatal.mockImplementation(() => steps.push('fatal'));
    const told = async (error: unknown) => {
      // As much as lies between a photo's failure and the settling of its message.
      for (let hop = 0; hop < 50; hop++) await undefined;
      steps.push(gradeOf(error));
    };
    await Promise.all([look(says).catch(told), look('behind').catch(told)]);
    await vi.waitFor(() => expect(onFatal).toHaveBeenCalledOnce(), soon);
    expect(steps).toEqual(['retryable', 'retryable', 'fatal']);
    expect(onFatal.mock.calls[0]![0]).toMatchObject({ grade: 'fatal', code: 'vision_ended' });
    expect(onFatal.mock.calls[0]![0].cause?.message).toBe(cause);
    expect(looks()).toEqual([`begins ${says}`]);
    await expect(look('too late')).rejects.toMatchObject({ code: 'vision_ended' });
    await vision.close();
  });

  test('ends the process also when no photo waits', async () => {
    const { look, onFatal } = await open(inThread);
    await look('end it later').catch(noop);
    await vi.waitFor(() => expect(onFatal).toHaveBeenCalledOnce(), soon);
  });

  test('that ends while it loads fails its start', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'deadly'), '');
    const onFatal = vi.fn();
    await expect(inThread(folder, WatchedPhoto.memory(), onFatal)).rejects.toMatchObject({
      grade: 'fatal',
      code: 'vision_ended',
    });
    await nextTurn();
    expect(onFatal).not.toHaveBeenCalled();
  });

  test('takes a photo without a copy, but copies one that shares its memory', async () => {
    const { vision } = await open(inThread);
    const own = Buffer.alloc(100_000, 'photo');
    const message = Buffer.alloc(100_000, 'photo');
    const photos = [own, message.subarray(10)].map((photo) => vision.estimate('request', photo, {}, noop));
    expect([own.length, message.length]).toEqual([0, 100_000]);
    await Promise.all(photos);
  });
});

test('sends no telemetry of ONNX Runtime from the thread either, and looks for no font of the system', async () => {
  await ensureModels({ dir: MODELS_DIR });
  const [home, folder] = [emptyFolder(), emptyFolder()];
  const file = join(folder, 'start-and-close.mjs');
  const code = `import { startVisionThread } from '${new URL('../src/start-vision-thread.ts', import.meta.url)}';
    const vision = { modelsDir: process.argv[2] };
    const thread = await startVisionThread({ vision, memory: new SharedArrayBuffer(64), onFatal() {} });
    await thread.close();`;
  writeFileSync(file, code);
  // CI and test runs are spared by ONNX Runtime itself; users are not.
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home, FONTCONFIG_FILE: '/nonexistent' };
  const ran = spawnSync(process.execPath, [file, MODELS_DIR], { env, encoding: 'utf8' });
  expect(ran).toMatchObject({ stderr: '', status: 0 });
  expect(readdirSync(home, { recursive: true })).toEqual([]);
});
