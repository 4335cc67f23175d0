import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBroker } from '@attrai/broker/connect-broker';
import { AFTER_ESTIMATE, TO_ESTIMATE } from '@attrai/contracts/queues';
import { estimateRequest } from '@attrai/contracts/request';
import { startSandbox } from '@attrai/sandbox/sandbox';
import { ownRedis, ownVhost } from '@attrai/test-servers/own-servers';
import { startRedis } from '@attrai/test-servers/redis';
import { SmallVolume } from '@attrai/test-servers/small-volume';
import { startTcpProxy } from '@attrai/test-servers/tcp-proxy';
import { makeQueueUnfit } from '@attrai/test-servers/unfit-queue';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { chatPage } from './chat-page.ts';
import { PHOTO } from './world.ts';

const CHAT = 471_147_114;

/** What /readyz names as failing. */
async function failing(bot: BotProcess): Promise<string[]> {
  return Object.keys(JSON.parse((await bot.get('/readyz')).body).failing);
}

/** The value of a line of /metrics. */
async function metric(bot: BotProcess, line: string): Promise<number | undefined> {
  const found = (await bot.get('/metrics')).body.split('\n').find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

async function through(url: string, opened: AsyncDisposableStack) {
  const proxy = await startTcpProxy(Number(new URL(url).port));
  opened.defer(() => proxy.close());
  return { proxy, url: Object.assign(new URL(url), { port: String(proxy.port) }).href };
}

async function openSuite(opened: AsyncDisposableStack, ownRedisUrl?: string, env: Record<string, string> = {}) {
  const amqpUrl = await ownVhost();
  const redisUrl = ownRedisUrl ?? (await ownRedis());
  const rabbitmq = await through(amqpUrl, opened);
  const redis = await through(redisUrl, opened);
  const sandbox = await startSandbox({ port: 0, token: '123456789:AAH-token-of-the-readiness-test_0123' });
  opened.defer(() => sandbox.close());
  const bot = opened.use(
    await startBotProcess({
      BOT_TOKEN: sandbox.token,
      TELEGRAM_API_ROOT: sandbox.apiRoot,
      // A silent connection is given up after two or three heartbeats: 30 s, if nobody says otherwise.
      AMQP_URL: `${rabbitmq.url}?heartbeat=2`,
      REDIS_URL: redis.url,
      ...env,
    }),
  );
  return { bot, page: chatPage(sandbox.url), rabbitmq: rabbitmq.proxy, redis: redis.proxy, amqpUrl };
}

/** A stand-in for the estimators, who finds no face in any photo. */
async function answerAll(opened: AsyncDisposableStack, amqpUrl: string): Promise<void> {
  const broker = await connectBroker({ url: amqpUrl, onFatal() {} });
  opened.defer(() => broker.close());
  await broker.consume(TO_ESTIMATE, 1, async ({ json }) => {
    const { id, replyTo, acceptedAt, deadline } = estimateRequest.parse(json);
    const result = { v: 1, id, replyTo, acceptedAt, deadline, outcome: { kind: 'no_face' }, workMs: 1 };
    await broker.publish(AFTER_ESTIMATE, { json: result });
  });
}

test('a bot that waits for Telegram at its start says so', { timeout: 60_000 }, async () => {
  await using opened = new AsyncDisposableStack();
  const bot = opened.use(
    await startBotProcess({
      BOT_TOKEN: '123456789:AAH-token-of-the-readiness-test_0123',
      TELEGRAM_API_ROOT: 'http://127.0.0.1:1',
      AMQP_URL: await ownVhost(),
      REDIS_URL: await ownRedis(),
    }),
  );
  await bot.untilSaid(/Telegram does not answer yet/);
  const reason = expect.stringMatching(/^waiting for Telegram: Telegram can't be reached .*ECONNREFUSED/);
  expect(JSON.parse((await bot.get('/readyz')).body).failing).toEqual({ bot: reason });
});

const name = 'connections that hang make the bot not ready, in bounded time, and it recovers when they end';
test(name, { timeout: 180_000 }, async () => {
  await using opened = new AsyncDisposableStack();
  const { bot, page, rabbitmq, redis } = await openSuite(opened);
  await bot.untilReady();
  rabbitmq.stall();
  redis.stall();
  await waitUntil(
    'hanging connections went unnoticed',
    async () => {
      const names = await failing(bot);
      return ['rabbitmq', 'redis', 'bot'].every((name) => names.includes(name));
    },
    60_000,
  );
  // New connections hang, too: nothing may look well in between.
  expect(await failing(bot)).toEqual(['rabbitmq', 'redis', 'bot']);
  expect((await bot.get('/healthz')).status).toBe(200);
  expect(await metric(bot, 'attrai_queue_messages{queue="to_estimate"}')).toBeUndefined();
  await page.send(CHAT, { text: '/help' });
  await page.untilSaid(CHAT, /The limits/);

  rabbitmq.cut();
  rabbitmq.resume();
  redis.cut();
  redis.resume();
  await bot.untilReady();
  expect(await metric(bot, 'attrai_reconnections_total{to="rabbitmq"}')).toBeGreaterThan(0);
  expect(await metric(bot, 'attrai_reconnections_total{to="redis"}')).toBeGreaterThan(0);
  await page.send(CHAT, { photo: PHOTO });
  await waitUntil('no photo was published', async () => bot.output().includes('Published'));
});

test('a bot that is told to stop while it waits for RabbitMQ ends in silence', { timeout: 60_000 }, async () => {
  await using opened = new AsyncDisposableStack();
  const env = { AMQP_URL: 'amqp://127.0.0.1:1', REDIS_URL: await ownRedis() };
  const bot = opened.use(
    await startBotProcess({ BOT_TOKEN: '123456789:AAH-token-of-the-readiness-test_0123', ...env }),
  );
  await waitUntil('it waits for Redis', async () => {
    return !(await failing(bot)).includes('redis');
  });
  bot.child.kill('SIGINT');
  expect(await bot.exited).toBe(0);
  expect(bot.output()).not.toMatch(/"level":"(error|fatal)"/);
});

test.each(['PHOTO_DIR', 'INBOX_DIR'])(
  'a bot says in one line that %s can not be used',
  { timeout: 60_000 },
  async (variable) => {
    await using opened = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'attrai-no-folder-'));
    opened.defer(() => rm(dir, { recursive: true }));
    await writeFile(join(dir, 'file'), '');
    const env = { AMQP_URL: 'amqp://127.0.0.1:1', REDIS_URL: 'redis://127.0.0.1:1', [variable]: join(dir, 'file') };
    const bot = opened.use(
      await startBotProcess({ BOT_TOKEN: '123456789:AAH-token-of-the-readiness-test_0123', ...env }),
    );
    expect(await bot.exited).toBe(1);
    const lines = bot
      .output()
      .split('\n')
      .filter((line) => line.includes('is no folder'));
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`"msg":"${variable} .*set ${variable} to another folder`)),
    ]);
    expect(bot.output()).not.toContain('"stack"');
  },
);

test('a RabbitMQ that is connected and can not work makes the bot not ready, with what to do', {
  timeout: 90_000,
}, async () => {
  await using opened = new AsyncDisposableStack();
  const { bot, amqpUrl } = await openSuite(opened);
  await bot.untilReady();
  const deleteUnfit = await makeQueueUnfit(amqpUrl, TO_ESTIMATE);
  await waitUntil('it was ready', async () => (await failing(bot)).includes('rabbitmq'), 30_000);
  expect(JSON.parse((await bot.get('/readyz')).body).failing.rabbitmq).toMatch(/other settings.*delete_queue/);
  expect(bot.output().match(/"level":"warn".*other settings/g)).toHaveLength(1);
  await deleteUnfit();
  await bot.untilReady();
});

test('a photo store that is full makes the bot not ready, with what to do, and no photo is lost', {
  timeout: 90_000,
}, async ({ skip }) => {
  skip(SmallVolume.refused !== undefined, SmallVolume.refused);
  await using opened = new AsyncDisposableStack();
  const volume = new SmallVolume();
  opened.defer(() => volume.takeAway());
  volume.mount();
  const { bot, page } = await openSuite(opened, undefined, { PHOTO_DIR: volume.dir });
  await bot.untilReady();
  volume.fill();
  await page.send(CHAT, { photo: PHOTO });
  await waitUntil('it was ready', async () => (await failing(bot)).includes('photos'), 30_000);
  expect(JSON.parse((await bot.get('/readyz')).body).failing.photos).toMatch(/PHOTO_DIR .* is full: give its volume/);
  expect(bot.output().match(/"level":"warn".*photos can't be stored/g)).toHaveLength(1);
  volume.empty();
  await waitUntil('no photo was published', async () => bot.output().includes('Published'));
  await bot.untilReady();
});

test('an inbox that is gone makes the bot not ready, with the variable that moves it', {
  timeout: 60_000,
}, async () => {
  await using opened = new AsyncDisposableStack();
  const inbox = await mkdtemp(join(tmpdir(), 'attrai-inbox-'));
  opened.defer(() => rm(inbox, { recursive: true, force: true }));
  const { bot } = await openSuite(opened, undefined, { INBOX_DIR: inbox });
  await bot.untilReady();
  await rm(inbox, { recursive: true });
  await waitUntil('it was ready', async () => (await failing(bot)).includes('photos'), 30_000);
  expect(JSON.parse((await bot.get('/readyz')).body).failing.photos).toMatch(/INBOX_DIR .* is gone/);
  await mkdir(inbox);
  await bot.untilReady();
});

const fillsUp =
  'a Redis that others fill up is named within 15 s though no photo comes; photos sent meanwhile are answered after its mend';
test(fillsUp, { timeout: 120_000 }, async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const { bot, page, amqpUrl } = await openSuite(opened, server.url);
  await bot.untilReady();
  await answerAll(opened, amqpUrl);
  await page.send(CHAT, { photo: PHOTO });
  await page.untilSaid(CHAT, /no face/i);

  const others = new Redis(server.url);
  opened.defer(() => others.disconnect());
  const used = Number(/^used_memory:(\d+)/m.exec(await others.info('memory'))![1]);
  await others.config('SET', 'maxmemory', String(used + 5_000_000));
  const fill = async () => {
    for (let i = 0; ; i++) await others.set(`others:${i}`, 'x'.repeat(5_000));
  };
  await expect(fill()).rejects.toThrow(/^OOM/);
  // It would be full at one moment, and not quite at the next.
  await others.config('SET', 'maxmemory', String(used + 4_000_000));
  await waitUntil('it was ready', async () => (await failing(bot)).includes('redis'), 15_000);
  expect(JSON.parse((await bot.get('/readyz')).body).failing.redis).toMatch(/Redis is full: raise its maxmemory/);
  expect(bot.output()).toMatch(/"level":"error".*"code":"redis_full"/);

  for (let i = 0; i < 3; i++) await page.send(CHAT, { photo: PHOTO });
  await bot.untilSaid(/Could not accept a photo; it waits/);
  expect((await page.stats()).pending_updates).toBe(3);
  expect(bot.output().match(/"code":"redis_full"[^\n]*work on it fails/g)).toHaveLength(1);

  await others.del(...(await others.keys('others:*')));
  const answers = async () => (await page.fromBot(CHAT)).filter(({ text }) => /no face/i.test(text ?? '')).length;
  await waitUntil('not all were answered', async () => (await answers()) === 4);
  await bot.untilReady();
  expect((await page.stats()).pending_updates).toBe(0);
  expect(await page.fromBot(CHAT)).toHaveLength(4);
  expect(await others.zcard('attrai:book:deadlines')).toBe(0);
});

test('/metrics counts photos, their ways and what waits, and names nobody', async () => {
  await using opened = new AsyncDisposableStack();
  const { bot, page, amqpUrl } = await openSuite(opened);
  await bot.untilReady();
  await page.break({ method: 'getUpdates', kind: 'error', error_code: 502, times: 2 });
  for (let i = 0; i < 3; i++) await page.send(CHAT, { photo: PHOTO });
  await waitUntil('the queue was not shown', async () => {
    return (await metric(bot, 'attrai_queue_messages{queue="to_estimate"}')) === 3;
  });
  expect(await metric(bot, 'attrai_queue_messages{queue="after_estimate"}')).toBe(0);
  expect(await metric(bot, 'attrai_queue_messages{queue="to_estimate.dead"}')).toBe(0);
  expect(await metric(bot, 'attrai_photos_in_work{service="bot"}')).toBe(3);
  expect(await metric(bot, 'attrai_photos_accepted_total')).toBe(3);

  await answerAll(opened, amqpUrl);
  await waitUntil('the answers were not counted', async () => {
    return (await metric(bot, 'attrai_photos_answered_total{outcome="no_face"}')) === 3;
  });
  for (const stage of ['intake', 'wait', 'reply']) {
    expect(await metric(bot, `attrai_stage_seconds_count{stage="${stage}"}`), stage).toBe(3);
  }
  expect(await metric(bot, 'attrai_reconnections_total{to="telegram"}')).toBeGreaterThan(0);
  expect(await metric(bot, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(await metric(bot, 'attrai_log_lines_dropped_total')).toBe(0);

  const { body } = await bot.get('/metrics');
  const ids = [...bot.output().matchAll(/"requestId":"([a-z0-9]+)"/g)].map(([, id]) => id!);
  expect(new Set(ids).size).toBe(3);
  for (const name of [String(CHAT), 'me.png', 'token-of-the-readiness-test', ...ids]) expect(body).not.toContain(name);
});
