import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectBroker } from '@attrai/broker/connect-broker';
import { AFTER_ESTIMATE } from '@attrai/contracts/queues';
import { ensureModels } from '@attrai/models/build';
import { modelsDir } from '@attrai/models/models-dir';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import { markVolume } from '@attrai/photo-store/volume-mark';
import { freePort } from '@attrai/test-servers/free-port';
import { ownVhost } from '@attrai/test-servers/own-servers';
import { SmallVolume } from '@attrai/test-servers/small-volume';
import { startTcpProxy } from '@attrai/test-servers/tcp-proxy';
import { makeQueueUnfit } from '@attrai/test-servers/unfit-queue';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { collectResults, sendPhoto } from './estimator-parts.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const MODELS_DIR = modelsDir();
const amqpUrl = await ownVhost();

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
beforeAll(async () => {
  await ensureModels({ dir: MODELS_DIR });
});

const soon = { timeout: 30_000, interval: 50 };

function emptyFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'attrai-estimator-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A folder as a bot leaves it that has started. */
async function folderOfBot(): Promise<string> {
  const dir = emptyFolder();
  await markVolume(dir);
  return dir;
}

function greyJpeg(): Promise<Buffer<ArrayBuffer>> {
  return sharp({ create: { width: 320, height: 240, channels: 3, background: 'grey' } })
    .jpeg()
    .toBuffer();
}

/** Runs what `pnpm start:estimator` runs, in a process of its own. */
function start(env: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, MODELS_DIR, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk) => {
    out += chunk;
  });
  const lines = () =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const origin = async () =>
    `http://127.0.0.1:${await vi.waitUntil(() => lines().find((line) => line.port)?.port, soon)}`;
  const exited = once(child, 'close').then(([code]) => ({ code, lines: lines() }));

  return {
    child,
    exited,
    lines,
    async get(path: string) {
      const response = await fetch(`${await origin()}${path}`);
      return { status: response.status, body: await response.json() };
    },
    /** The value of a line of /metrics. */
    async metric(line: string) {
      const text = await (await fetch(`${await origin()}/metrics`)).text();
      const found = text.split('\n').find((one) => one.startsWith(`${line} `));
      return found === undefined ? undefined : Number(found.slice(line.length + 1));
    },
  };
}

describe('the estimator process', () => {
  test('is alive but not ready while RabbitMQ is away, and ready once it consumes', async () => {
    const url = new URL(amqpUrl);
    const target = Number(url.port || 5672);
    url.port = String(await freePort());
    const estimator = start({ AMQP_URL: url.href, PHOTO_DIR: await folderOfBot() });
    expect((await estimator.get('/healthz')).status).toBe(200);
    await vi.waitFor(() => expect(estimator.lines().some((line) => line.level === 'warn')).toBe(true), soon);
    expect(await estimator.get('/readyz')).toEqual({
      status: 503,
      body: {
        ok: false,
        failing: {
          rabbitmq: expect.stringMatching(/can not connect to RabbitMQ.*ECONNREFUSED/),
          estimator: expect.any(String),
        },
      },
    });

    const rabbitmq = createServer((socket) => {
      const upstream = connect(target, new URL(amqpUrl).hostname);
      for (const end of [socket, upstream]) end.on('error', () => end.destroy());
      socket.pipe(upstream).pipe(socket);
    }).listen(Number(url.port), '127.0.0.1');
    cleanups.push(() => rabbitmq.close());
    await vi.waitFor(async () => expect((await estimator.get('/readyz')).status).toBe(200), soon);
    estimator.child.kill('SIGTERM');
    expect((await estimator.exited).code).toBe(0);
  });

  test('is not ready, and says what to do, while RabbitMQ is connected and has an unfit queue', async () => {
    const deleteUnfit = await makeQueueUnfit(amqpUrl, AFTER_ESTIMATE);
    const estimator = start({ AMQP_URL: amqpUrl, PHOTO_STORE: 'message' });
    await vi.waitFor(async () => {
      const { body } = await estimator.get('/readyz');
      expect(body).toMatchObject({ failing: { rabbitmq: expect.stringMatching(/other settings.*delete_queue/) } });
    }, soon);
    await deleteUnfit();
    await vi.waitFor(async () => expect((await estimator.get('/readyz')).status).toBe(200), soon);
    expect(estimator.lines().filter(({ msg }) => /other settings/.test(msg))).toHaveLength(1);
  });

  test('is not ready, and says what to do, while the photo store is read-only, and then goes on with its photos', async ({
    skip,
  }) => {
    skip(SmallVolume.refused !== undefined, SmallVolume.refused);
    const volume = new SmallVolume();
    cleanups.push(() => volume.takeAway());
    volume.mount();
    await markVolume(volume.dir);
    const photoStore = await openPhotoStore('volume', volume.dir);
    const broker = await connectBroker({ url: amqpUrl, onFatal() {} });
    cleanups.push(() => broker.close());
    const answers = await collectResults(broker);
    const estimator = start({ AMQP_URL: amqpUrl, PHOTO_DIR: volume.dir });
    await vi.waitFor(async () => expect((await estimator.get('/readyz')).status).toBe(200), soon);
    estimator.child.kill('SIGSTOP');
    const { id } = await sendPhoto(broker, photoStore, {}, await greyJpeg());
    await volume.remount('ro');
    estimator.child.kill('SIGCONT');
    await vi.waitFor(async () => {
      const { body } = await estimator.get('/readyz');
      expect(body).toMatchObject({ failing: { photos: expect.stringMatching(/PHOTO_DIR .* is read-only: mount it/) } });
    }, soon);
    expect(estimator.lines().filter(({ msg }) => /photos can't be stored/.test(msg))).toHaveLength(1);
    await volume.remount('rw');
    await vi.waitFor(async () => expect((await estimator.get('/readyz')).status).toBe(200), soon);
    const [answer] = await answers.first();
    expect(answer!.result.id).toBe(id);
    await vi.waitFor(async () => expect(await photoStore.keys()).toEqual([]), soon);
  });

  test('is not ready while its connection hangs; ready again, and the reconnection counted, after the connection was cut', async () => {
    const proxy = await startTcpProxy(Number(new URL(amqpUrl).port || 5672));
    cleanups.push(() => proxy.close());
    // Given up after two or three heartbeats: 30 s, if nobody says otherwise.
    const url = `${Object.assign(new URL(amqpUrl), { port: String(proxy.port) }).href}?heartbeat=2`;
    const estimator = start({ AMQP_URL: url, PHOTO_STORE: 'message' });
    await vi.waitFor(async () => expect((await estimator.get('/readyz')).status).toBe(200), soon);
    expect(await estimator.metric('attrai_reconnections_total{to="rabbitmq"}')).toBe(0);
    proxy.stall();
    await vi.waitFor(async () => expect((await estimator.get('/readyz')).status).toBe(503), soon);
    expect((await estimator.get('/healthz')).status).toBe(200);
    proxy.cut();
    proxy.resume();
    await vi.waitFor(async () => expect((await estimator.get('/readyz')).status).toBe(200), soon);
    expect(await estimator.metric('attrai_reconnections_total{to="rabbitmq"}')).toBeGreaterThan(0);
  });

  test('ends in silence when it is told to stop while it loads its models or waits for RabbitMQ', {
    timeout: 120_000,
  }, async () => {
    for (let ms = 0; ms <= 1_500; ms += 150) {
      const estimator = start({ AMQP_URL: 'amqp://127.0.0.1:1', PHOTO_STORE: 'message' });
      await estimator.get('/healthz');
      await new Promise((next) => setTimeout(next, ms));
      estimator.child.kill('SIGINT');
      const { code, lines } = await estimator.exited;
      expect(code, `after ${ms} ms`).toBe(0);
      expect(lines.filter(({ level }) => ['error', 'fatal'].includes(level))).toEqual([]);
    }
  });

  test('says in one line that PHOTO_DIR can not be used', async () => {
    const dir = join(emptyFolder(), 'photos');
    writeFileSync(dir, '');
    const { code, lines } = await start({ AMQP_URL: amqpUrl, PHOTO_DIR: dir }).exited;
    expect(code).toBe(1);
    const fatal = lines.filter(({ level }) => level === 'fatal');
    expect(fatal).toEqual([expect.objectContaining({ msg: expect.stringMatching(/^PHOTO_DIR .* is no folder/) })]);
    expect(JSON.stringify(fatal)).not.toContain('stack');
  });

  test('/metrics counts its photos by outcome and the time of each stage that ran', async () => {
    const photoStore = await openPhotoStore('message', emptyFolder());
    const broker = await connectBroker({ url: amqpUrl, onFatal() {} });
    cleanups.push(() => broker.close());
    const answers = await collectResults(broker);
    await sendPhoto(broker, photoStore, {}, await greyJpeg());
    await sendPhoto(broker, photoStore, {}, Buffer.from('no photo'));
    const estimator = start({ AMQP_URL: amqpUrl, PHOTO_STORE: 'message' });
    await answers.first(2);
    const counted = () => estimator.metric('attrai_photos_estimated_total{outcome="unreadable"}');
    await vi.waitFor(async () => expect(await counted()).toBe(1), soon);
    expect(await estimator.metric('attrai_photos_estimated_total{outcome="no_face"}')).toBe(1);
    for (const stage of ['decode', 'pnet', 'total']) {
      expect(await estimator.metric(`attrai_stage_seconds_count{stage="${stage}"}`), stage).toBe(1);
    }
    expect(await estimator.metric('attrai_busy_seconds_total')).toBeGreaterThan(0);
    for (const stage of ['age', 'score', 'encode']) {
      expect(await estimator.metric(`attrai_stage_seconds_count{stage="${stage}"}`), stage).toBeUndefined();
    }
    await vi.waitFor(async () => {
      expect(await estimator.metric('attrai_photos_in_work{service="estimator"}')).toBe(0);
    }, soon);
    expect(await estimator.metric('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  });

  test("takes no photo while it can't see the bot's folder, logs why, and begins when it can", async () => {
    const dir = emptyFolder();
    const photoStore = await openPhotoStore('volume', dir);
    const broker = await connectBroker({ url: amqpUrl, onFatal() {} });
    cleanups.push(() => broker.close());
    const answers = await collectResults(broker);
    await sendPhoto(broker, photoStore, {}, Buffer.from('a photo'));

    const estimator = start({ AMQP_URL: amqpUrl, PHOTO_DIR: dir });
    await vi.waitFor(() => expect(estimator.lines().some((line) => line.level === 'warn')).toBe(true), soon);
    const words = expect.stringMatching(/PHOTO_DIR.*PHOTO_STORE=message/s);
    expect(estimator.lines().filter((line) => line.level === 'warn')).toEqual([
      expect.objectContaining({ msg: words }),
    ]);
    expect(await estimator.get('/readyz')).toEqual({ status: 503, body: { ok: false, failing: { estimator: words } } });
    expect(answers.results).toEqual([]);

    await markVolume(dir);
    await answers.first();
    expect((await estimator.get('/readyz')).status).toBe(200);
    estimator.child.kill('SIGTERM');
    expect((await estimator.exited).code).toBe(0);
  });

  test('needs no mark where photos travel in messages', async () => {
    const estimator = start({ AMQP_URL: amqpUrl, PHOTO_STORE: 'message', PHOTO_DIR: emptyFolder() });
    await vi.waitFor(async () => expect((await estimator.get('/readyz')).status).toBe(200), soon);
    estimator.child.kill('SIGTERM');
    expect((await estimator.exited).code).toBe(0);
  });

  test('ends at once at SIGTERM while it waits for the bot', async () => {
    const estimator = start({ AMQP_URL: amqpUrl, PHOTO_DIR: emptyFolder() });
    await vi.waitFor(() => expect(estimator.lines().some((line) => line.level === 'warn')).toBe(true), soon);
    estimator.child.kill('SIGTERM');
    expect((await estimator.exited).code).toBe(0);
  });

  test('at SIGTERM finishes the photo in flight, leaves the rest to others and exits with 0', async () => {
    const dir = await folderOfBot();
    const photoStore = await openPhotoStore('volume', dir);
    const broker = await connectBroker({ url: amqpUrl, onFatal() {} });
    cleanups.push(() => broker.close());
    const answers = await collectResults(broker);
    const photo = await greyJpeg();
    const requests = [];
    for (let i = 0; i < 3; i++) requests.push(await sendPhoto(broker, photoStore, {}, photo));
    const ids = requests.map(({ id }) => id);
    const pipe = join(dir, requests[0]!.photo.key);
    rmSync(pipe);
    execFileSync('mkfifo', [pipe]);
    const estimatedBy = (lines: { msg: string; requestId: string; attempt: number }[]) =>
      lines.filter(({ msg }) => msg === 'estimated').map(({ requestId, attempt }) => [requestId, attempt]);

    const first = start({ AMQP_URL: amqpUrl, PHOTO_DIR: dir });
    // Possible only while somebody reads from it.
    const given = await vi.waitFor(() => open(pipe, constants.O_WRONLY | constants.O_NONBLOCK), soon);
    first.child.kill('SIGTERM');
    await vi.waitFor(() => expect(first.lines().some(({ msg }) => msg === 'stopping')).toBe(true), soon);
    await given.writeFile(photo);
    await given.close();
    const ended = await first.exited;
    expect(ended.code).toBe(0);
    expect(estimatedBy(ended.lines)).toEqual([[ids[0], 1]]);

    const second = start({ AMQP_URL: amqpUrl, PHOTO_DIR: dir });
    await answers.first(3);
    second.child.kill('SIGTERM');
    // Nobody's attempts were used up. The two photos overlap, and either may be the first to be done.
    const others = ids.slice(1).map((id) => [id, 1]);
    expect(estimatedBy((await second.exited).lines).sort()).toEqual(others.sort());
    expect(answers.results.map(({ result }) => result.id).sort()).toEqual(ids.toSorted());
    expect(answers.results.map(({ result }) => result.outcome.kind)).toEqual(Array(3).fill('no_face'));
    expect(await photoStore.keys()).toEqual([]);
  });

  test('works without a token, and ignores one that lies about in its environment', async () => {
    const dir = await folderOfBot();
    const photoStore = await openPhotoStore('volume', dir);
    const broker = await connectBroker({ url: amqpUrl, onFatal() {} });
    cleanups.push(() => broker.close());
    const answers = await collectResults(broker);
    const photo = await greyJpeg();

    // With a value that a service which reads it would refuse.
    for (const env of [{}, { BOT_TOKEN: 'no-token-at-all', BOT_TOKEN_FILE: '/nowhere' }]) {
      await sendPhoto(broker, photoStore, {}, photo);
      const estimator = start({ AMQP_URL: amqpUrl, PHOTO_DIR: dir, ...env });
      await answers.first(1);
      answers.results.length = 0;
      estimator.child.kill('SIGTERM');
      const { code, lines } = await estimator.exited;
      expect(code).toBe(0);
      expect(JSON.stringify(lines)).not.toMatch(/BOT_TOKEN|no-token-at-all/);
    }
  });

  test.each([
    ['AMQP_URL is not set', {}, 'AMQP_URL'],
    ['the models are missing', { AMQP_URL: amqpUrl, MODELS_DIR: '/nowhere' }, 'pnpm models'],
  ])('ends with a line that says what to do when %s', async (_, env, hint) => {
    const { code, lines } = await start({ PHOTO_DIR: await folderOfBot(), ...env }).exited;
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatchObject({ level: 'fatal', msg: expect.stringContaining(hint) });
  });
});
