import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectBroker } from '@attrai/broker/connect-broker';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { EstimateRequest } from '@attrai/contracts/request';
import { ensureModels } from '@attrai/models/build';
import { modelsDir } from '@attrai/models/models-dir';
import { createVolumeStore } from '@attrai/photo-store/volume-store';
import { freePort } from '@attrai/test-servers/free-port';
import { startGuard } from '@attrai/test-servers/guard';
import { ownVhost } from '@attrai/test-servers/own-servers';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CRASHING_MARK, ENDING_MARK, ENDLESS_MARK, HANGING_MARK, makeSamples } from '../src/harness/load/samples.ts';
import { ServiceProcess } from '../src/harness/suite/service-process.ts';

const MODELS_DIR = modelsDir();
const FRAGILE = fileURLToPath(new URL('../src/faults/stand-ins/fragile-estimator.ts', import.meta.url));
/** Long enough for a small photo on a busy machine. */
const TIMEOUT_SECONDS = 4;

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

const answered: string[] = [];
const dead: string[] = [];
let estimator: ServiceProcess;
let logFile: string;
let send: (id: string, photo: Buffer) => Promise<void>;
let portrait: Buffer;

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'attrai-deadly-'));
  opened.defer(() => rm(dir, { recursive: true, force: true }));
  const guard = await startGuard();
  opened.defer(() => guard.release());
  const [amqpUrl, port] = await Promise.all([ownVhost(), freePort(), ensureModels({ dir: MODELS_DIR })]);
  const photoDir = join(dir, 'photos');
  logFile = join(dir, 'estimator.log');
  portrait = (await makeSamples()).find(({ kind }) => kind === 'face')!.bytes;

  const timeout = { PHOTO_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS) };
  const env = { AMQP_URL: amqpUrl, PHOTO_DIR: photoDir, MODELS_DIR, ...timeout };
  estimator = ServiceProcess.start({ name: 'estimator', entry: FRAGILE, env, port, logFile, guard });
  opened.defer(() => estimator.stop());

  const broker = await connectBroker({ url: amqpUrl, onFatal() {} });
  opened.defer(() => broker.close());
  const idOf = (json: unknown) => (json as EstimateRequest).id;
  await broker.consume(AFTER_ESTIMATE, 10, async ({ json }) => void answered.push(idOf(json)));
  await broker.consume(TO_ESTIMATE_DEAD, 10, async ({ json }) => void dead.push(idOf(json)));

  const store = await createVolumeStore(photoDir);
  send = async (id, bytes) => {
    const { ref: photo } = await store.put(`${id}.photo`, bytes);
    const replyTo = { userId: 1, chatId: 1, messageId: 1, language: 'en' as const };
    const times = { acceptedAt: Date.now(), deadline: Date.now() + 600_000 };
    await broker.publish(TO_ESTIMATE, { json: { v: 1, id, photo, replyTo, ...times } });
  };
  await estimator.untilReady();
});

test.each([
  ['hangs and never comes back', 'hanging', HANGING_MARK, true],
  ['keeps its thread busy for ever', 'endless', ENDLESS_MARK, true],
  ['crashes in native code', 'crashing', CRASHING_MARK, false],
  ['loses the thread that looks at it', 'ending', ENDING_MARK, false],
])('a photo over which the estimator %s costs one photo', { timeout: 180_000 }, async (_, name, mark, byWatchdog) => {
  const before = estimator.restarts;
  const bad = `${name}photo000000000`;
  const good = [`${name}before00000000`, `${name}after000000000`, `${name}afterwards0000`];
  await send(good[0]!, portrait);
  await send(bad, Buffer.concat([portrait, Buffer.from(mark)]));
  for (const id of good.slice(1)) await send(id, portrait);

  await waitUntil('the photo is not among the dead letters', () => dead.includes(bad), 120_000);
  await waitUntil('the others are not answered', () => good.every((id) => answered.includes(id)), 60_000);
  expect(answered).not.toContain(bad);
  expect(dead.filter((id) => id === bad)).toHaveLength(1);
  expect(estimator.restarts - before).toBe(3);

  const lastWords = (await readFile(logFile, 'utf8')).split('\n').filter((line) => line.includes(bad));
  expect(lastWords.filter((line) => line.includes('PHOTO_TIMEOUT_SECONDS'))).toHaveLength(byWatchdog ? 3 : 0);
});
