import { createServer, type Socket } from 'node:net';
import { type Sandbox, startSandbox } from '@attrai/sandbox/sandbox';
import { freePort } from '@attrai/test-servers/free-port';
import { ownVhost } from '@attrai/test-servers/own-servers';
import { startRedis } from '@attrai/test-servers/redis';
import type { Server } from '@attrai/test-servers/server';
import { startTcpProxy } from '@attrai/test-servers/tcp-proxy';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhookSecret } from '../src/telegram/webhook.ts';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { chatPage, type Fault } from './chat-page.ts';
import { PHOTO } from './world.ts';

const TOKEN = '123456789:AAH-token-nobody-may-see_0123456789a';
const REDIS_PASSWORD = 'redis-pass-nobody-may-see';
const WRONG_PASSWORD = 'wrong-pass-nobody-may-see';
const FILE_NAME = 'file-name-nobody-may-see.jpg';
/** None of them may appear, nor a part of them, nor as a URL has them. */
const SECRETS = [/may-see/i, /may%2Dsee/i, /AAH[-_%]/, new RegExp(webhookSecret(TOKEN))];
/** What the logger blackens is one slip away from being seen: it must have nothing to do. */
const BLACKENED = /\[redacted\]/;

let redis: Server;
let redisUrl: string;
let amqpUrl: string;

beforeAll(async () => {
  [redis, amqpUrl] = await Promise.all([startRedis(), ownVhost()]);
  await redis.run('redis-cli', 'CONFIG', 'SET', 'requirepass', REDIS_PASSWORD);
  redisUrl = withPassword(redis.url, REDIS_PASSWORD);
});
afterAll(() => redis[Symbol.asyncDispose]());

function withPassword(url: string, password: string): string {
  return Object.assign(new URL(url), { password }).href;
}

/** Everything that comes to a GELF input. */
async function startGelfInput(opened: AsyncDisposableStack) {
  let received = '';
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setEncoding('utf8').on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', () => {});
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  opened.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `tcp://127.0.0.1:${port}`, received: () => received };
}

interface Scene {
  bot: BotProcess;
  sandbox: Sandbox;
  page: ReturnType<typeof chatPage>;
  /** Fails if anything the bot said so far, in whatever way, holds a secret. */
  expectNoSecrets(): Promise<void>;
}

/** The bot with its log at its most talkative. */
async function openScene(opened: AsyncDisposableStack, env: Record<string, string> = {}): Promise<Scene> {
  const sandbox = await startSandbox({ port: 0, token: TOKEN });
  opened.defer(() => sandbox.close());
  const gelf = await startGelfInput(opened);
  const bot = opened.use(
    await startBotProcess({
      BOT_TOKEN: TOKEN,
      TELEGRAM_API_ROOT: sandbox.apiRoot,
      AMQP_URL: amqpUrl,
      REDIS_URL: redisUrl,
      GRAYLOG_URL: gelf.url,
      LOG_LEVEL: 'trace',
      ...env,
    }),
  );
  return {
    bot,
    sandbox,
    page: chatPage(sandbox.url),
    async expectNoSecrets() {
      const served: string[] = [];
      if (bot.child.exitCode === null) {
        for (const path of ['/healthz', '/readyz', '/metrics'] as const) served.push((await bot.get(path)).body);
        expect(served[2]).toContain('attrai_');
      }
      // The last line at both ends: nothing is still on its way.
      await waitUntil('nothing came to the GELF input', () => gelf.received().includes('connected to Graylog'));
      const places = { output: bot.output(), served: served.join('\n'), gelf: gelf.received() };
      for (const [place, text] of Object.entries(places)) {
        for (const secret of [...SECRETS, BLACKENED]) expect(text, place).not.toMatch(secret);
      }
    },
  };
}

test('nothing the bot says holds a secret while Telegram fails in every way', async () => {
  await using opened = new AsyncDisposableStack();
  const { bot, page, expectNoSecrets } = await openScene(opened);
  const fail = (method: string, fault: Partial<Fault>) => page.break({ method, kind: 'error', times: 1, ...fault });
  const document = { bytes: PHOTO, name: FILE_NAME, type: 'image/jpeg' };
  await bot.untilReady();
  // First and alone: among the faults below, chance would say which photo meets which.
  await fail('downloadFile', { error_code: 404 });
  await fail('sendMessage', { error_code: 429, retry_after: 1 });
  await fail('sendMessage', { error_code: 403 });
  await page.send(1, { document });
  for (const event of [/Gave up taking a photo in/, /could not be delivered/]) await bot.untilSaid(event);

  for (const error_code of [409, 500, 502]) await fail('getUpdates', { error_code });
  await fail('sendMessage', { error_code: 500 });
  await fail('sendMessage', { kind: 'drop-after' });
  await fail('sendMessage', { error_code: 400, description: 'Bad Request: chat not found' });
  await fail('getFile', { error_code: 500 });
  await fail('downloadFile', { error_code: 500 });
  await fail('downloadFile', { kind: 'drop-after' });
  await fail('getFile', { kind: 'drop-after' });
  for (const chat of [2, 3, 4, 7]) await page.send(chat, { document });
  await page.send(5, { text: '/help' });
  await page.send(6, { document: { ...document, type: 'text/plain' } });
  for (const event of [/Published/, /Polling again/]) await bot.untilSaid(event);
  await expectNoSecrets();
});

test('nothing the bot says holds a secret while its servers go and come', async () => {
  await using opened = new AsyncDisposableStack();
  const proxies = await Promise.all([amqpUrl, redisUrl].map((url) => startTcpProxy(Number(new URL(url).port))));
  for (const proxy of proxies) opened.defer(() => proxy.close());
  const [viaAmqp, viaRedis] = [amqpUrl, redisUrl].map(
    (url, i) => Object.assign(new URL(url), { port: String(proxies[i]!.port) }).href,
  );
  const { bot, page, expectNoSecrets } = await openScene(opened, { AMQP_URL: viaAmqp!, REDIS_URL: viaRedis! });
  await bot.untilReady();
  for (const proxy of proxies) proxy.cut();
  for (const chat of [1, 2]) await page.send(chat, { photo: PHOTO });
  await bot.untilSaid(/lost the connection to RabbitMQ/);
  await bot.untilReady();
  for (const proxy of proxies) await proxy.close();
  await page.send(3, { photo: PHOTO });
  await bot.untilSaid(/can not connect to RabbitMQ/);
  await bot.untilSaid(/Redis is away/);
  await bot.untilSaid(/Could not accept a photo/);
  await expectNoSecrets();
});

test.each([
  ['RabbitMQ refuses the password', () => ({ AMQP_URL: withPassword(amqpUrl, WRONG_PASSWORD) }), /RabbitMQ/],
  ['Redis refuses the password', () => ({ REDIS_URL: withPassword(redis.url, WRONG_PASSWORD) }), /Redis is away/],
  ['RabbitMQ cannot be reached', () => ({ AMQP_URL: `amqp://me:${WRONG_PASSWORD}@127.0.0.1:1` }), /can not connect/],
  ['Redis cannot be reached', () => ({ REDIS_URL: `redis://:${WRONG_PASSWORD}@127.0.0.1:1` }), /Redis is away/],
  ['Redis has no such name', () => ({ REDIS_URL: `redis://:${WRONG_PASSWORD}@nowhere.invalid` }), /Redis is away/],
  ['Telegram cannot be reached', () => ({ TELEGRAM_API_ROOT: 'http://127.0.0.1:1' }), /does not answer yet/],
  ...['http', 'https', 'socks5'].map((scheme): [string, () => Record<string, string>, RegExp] => [
    `the proxy of ${scheme} cannot be reached`,
    () => ({ TELEGRAM_PROXY: `${scheme}://me:${WRONG_PASSWORD}@127.0.0.1:1` }),
    /The proxy of TELEGRAM_PROXY can't be used/,
  ]),
  [
    'the proxy of all programs has no such name',
    () => ({ HTTP_PROXY: `http://me:${WRONG_PASSWORD}@nowhere.invalid:3128` }),
    /The proxy of HTTP_PROXY can't be used/,
  ],
])('nothing the bot says holds a secret when %s', async (_, env, words) => {
  await using opened = new AsyncDisposableStack();
  const { bot, expectNoSecrets } = await openScene(opened, env());
  await bot.untilSaid(words);
  await expectNoSecrets();
});

test.each([
  ['Telegram refuses the token', { BOT_TOKEN: '987654321:AAH-another-token-nobody-may-see_012345' }, /token_refused/],
  ['the token has a space', { BOT_TOKEN: `${TOKEN} ` }, /BOT_TOKEN/],
  ['a URL cannot be read', { AMQP_URL: `amqp//me:${WRONG_PASSWORD}@host` }, /AMQP_URL/],
  ['the webhook bears the token', { WEBHOOK_URL: `https://bot.example.org/${TOKEN}` }, /WEBHOOK_URL/],
  ['the proxy is none', { TELEGRAM_PROXY: `ftp://me:${WRONG_PASSWORD}@host` }, /TELEGRAM_PROXY/],
  ['the proxy of all programs is none', { HTTP_PROXY: `ftp://me:${WRONG_PASSWORD}@host` }, /HTTP_PROXY can't be used/],
  ['a port cannot be had', { HEALTH_HOST: '203.0.113.1' }, /HEALTH_HOST/],
])('the last words of a bot hold no secret when %s', async (_, env, words) => {
  await using opened = new AsyncDisposableStack();
  const { bot } = await openScene(opened, env as Record<string, string>);
  await bot.untilSaid(words);
  expect(await bot.exited).toBe(1);
  for (const secret of [...SECRETS, BLACKENED]) expect(bot.output()).not.toMatch(secret);
});

test('nothing the bot says holds the secret of its webhook', async () => {
  await using opened = new AsyncDisposableStack();
  const port = await freePort();
  const webhook = { WEBHOOK_URL: `http://127.0.0.1:${port}/updates`, WEBHOOK_PORT: String(port) };
  const { bot, page, expectNoSecrets } = await openScene(opened, webhook);
  await page.break({ method: 'setWebhook', kind: 'error', error_code: 500, times: 2 });
  await bot.untilReady();
  await page.send(1, { text: '/help' });
  await page.untilSaid(1, /The limits/);
  const refused = await fetch(webhook.WEBHOOK_URL, { method: 'POST', body: '{}' });
  expect(refused.status).toBe(401);
  await expectNoSecrets();
});
