import { request } from 'node:http';
import { FatalError, RetryableError } from '@attrai/contracts/errors';
import { createLogger } from '@attrai/telemetry/logger';
import { freePort } from '@attrai/test-servers/free-port';
import { waitUntil } from '@attrai/test-servers/wait-until';
import type { Update } from 'telegraf/types';
import { afterEach, expect, test } from 'vitest';
import { Webhook, webhookSecret } from '../src/telegram/webhook.ts';
import { bent } from './bent.ts';
import { openWorld, PHOTO } from './world.ts';

const CHAT = 4711;
const TOKEN = '123456789:AAH-token-of-the-webhook-tests_01234567';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function ownWebhook() {
  const port = await freePort();
  return { url: `http://127.0.0.1:${port}/updates`, port };
}

/** A webhook on its own; `known` is the URL that "Telegram" has. */
async function openWebhook(handle: (update: Update) => Promise<void> = async () => {}, checkMs?: number) {
  const seen = { known: '', secrets: [] as string[], back: 0, fatal: [] as unknown[], lines: [] as string[] };
  const api = {
    async setWebhook(url: string, secret: string) {
      seen.known = url;
      seen.secrets.push(secret);
    },
    webhookInfo: async () => ({ url: seen.known }),
  };
  const destination = { write: (line: string) => void seen.lines.push(line) };
  const options = {
    api,
    token: TOKEN,
    url: 'https://bot.example.org/updates',
    port: 0,
    handle,
    logger: createLogger({ service: 'bot', destination }),
    onBack: () => void seen.back++,
    onFatal: (error: unknown) => void seen.fatal.push(error),
  };
  const webhook = await Webhook.open(options, checkMs);
  cleanups.push(() => webhook.stop());
  const send = async (body: string | null, secret?: string, method = 'POST') => {
    const headers = secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret };
    const answer = await fetch(`http://127.0.0.1:${webhook.port}/updates`, { method, body, headers });
    return answer.status;
  };
  return { webhook, seen, api, send, secret: seen.secrets[0]! };
}

const UPDATE = JSON.stringify({ update_id: 1 });

test('photos and commands that Telegram brings are answered, and nobody polls', async () => {
  const webhook = await ownWebhook();
  await using world = await openWorld({ bend: (parts) => ({ ...parts, webhook }) });
  expect(world.bot.ready()).toEqual({ ok: true, reasons: [] });
  await world.page.send(CHAT, { text: '/help' });
  await world.page.untilSaid(CHAT, /The limits/);
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  await expect.poll(async () => (await world.page.stats()).pending_updates).toBe(0);
  const { calls } = await world.page.stats();
  expect(calls.getUpdates).toBeUndefined();
  expect(calls.setWebhook).toBe(1);
});

test('an update whose photo could not be stored is brought again, and is one photo and one answer', async () => {
  const webhook = await ownWebhook();
  let away = true;
  await using world = await openWorld({
    bend: ({ jobs, ...parts }) => ({
      ...parts,
      webhook,
      jobs: {
        ...jobs,
        intake: bent(jobs.intake, {
          async add(...job) {
            if (away) throw new RetryableError('redis_away', 'away');
            return jobs.intake.add(...job);
          },
        }),
      },
    }),
  });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('it was not refused', () => world.lines.some((line) => line.includes('Could not accept a photo')));
  expect((await world.page.stats()).pending_updates).toBe(1);
  expect(await world.page.fromBot(CHAT)).toEqual([]);
  away = false;
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
  await expect.poll(async () => (await world.page.stats()).pending_updates).toBe(0);
});

test('an update is answered with 200 when it is done, and with 503 when it shall come again', async () => {
  const handled: number[] = [];
  const { send, secret } = await openWebhook(async ({ update_id }) => {
    if (handled.push(update_id) === 1) throw new RetryableError('jobs_unavailable', 'away');
  });
  expect(await send(UPDATE, secret)).toBe(503);
  expect(await send(UPDATE, secret)).toBe(200);
  expect(handled).toEqual([1, 1]);
});

test.each([
  ['no secret', undefined],
  ['an empty secret', ''],
  ['a wrong secret', 'x'.repeat(43)],
  ['the right secret and more', `${webhookSecret(TOKEN)}x`],
  ["the bot's token", TOKEN],
])('a request with %s is refused and changes nothing', async (_, given) => {
  const handled: unknown[] = [];
  const { send } = await openWebhook(async (update) => void handled.push(update));
  expect(await send(UPDATE, given)).toBe(401);
  expect(handled).toEqual([]);
});

test('a request without the secret is refused before its body has come', async () => {
  const { webhook } = await openWebhook();
  const status = await new Promise((resolve, reject) => {
    const headers = { 'content-length': 900_000 };
    const half = request({ port: webhook.port, host: '127.0.0.1', method: 'POST', headers });
    half.once('response', (response) => {
      resolve(response.statusCode);
      half.destroy();
    });
    half.once('error', reject);
    half.write('{');
  });
  expect(status).toBe(401);
});

test.each([
  ['of more than a megabyte', `{"update_id": 1, "text": "${'x'.repeat(1_000_000)}"}`, 413],
  ['that is no JSON', 'update_id=1', 400],
  ['that is no update', '[]', 400],
  ['that is null', 'null', 400],
])('a body %s is refused though it bears the secret', async (_, body, status) => {
  const handled: unknown[] = [];
  const { send, secret } = await openWebhook(async (update) => void handled.push(update));
  expect(await send(body, secret)).toBe(status);
  expect(await send(null, secret, 'GET')).toBe(405);
  expect(handled).toEqual([]);
  expect(await send(UPDATE, secret)).toBe(200);
});

test('the secret is one Telegram takes, and not the token', async () => {
  const { secret } = await openWebhook();
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(secret).not.toContain(TOKEN.slice(10, 30));
});

test('a proxy that is lost is named at once, until it is back', async () => {
  const { webhook, api } = await openWebhook(undefined, 20);
  const { webhookInfo } = api;
  const words = "The proxy of TELEGRAM_PROXY can't be used (ECONNREFUSED).";
  api.webhookInfo = async () => Promise.reject(new RetryableError('proxy_failed', words));
  await waitUntil('it was not named', () => webhook.problem() === words);
  api.webhookInfo = webhookInfo;
  await waitUntil('it was not well again', () => webhook.problem() === undefined);
});

test('a webhook that somebody removed is set again', async () => {
  const { seen, webhook } = await openWebhook(undefined, 20);
  seen.known = '';
  await waitUntil('it was not set again', () => seen.known !== '' && seen.back === 1);
  expect(seen.secrets).toEqual([seen.secrets[0], seen.secrets[0]]);
  expect(webhook.problem()).toBeUndefined();
});

test('what keeps Telegram from bringing updates is in the log', async () => {
  const { seen, api } = await openWebhook(undefined, 20);
  const failure = 'Wrong response from the webhook: 502 Bad Gateway';
  api.webhookInfo = async () => ({ url: seen.known, failure });
  await waitUntil('it was not logged', () => seen.lines.some((line) => line.includes(failure)));
  expect(seen.secrets).toHaveLength(1);
});

test('a token that is refused later on ends the process', async () => {
  const { seen, api } = await openWebhook(undefined, 20);
  api.webhookInfo = () => Promise.reject(new FatalError('token_refused', 'no'));
  await waitUntil('nobody was told', () => seen.fatal.length === 1);
});

test('stopping waits for the update in work, and refuses others', async () => {
  const finish = Promise.withResolvers<void>();
  let begun = 0;
  const { webhook, send, secret } = await openWebhook(() => {
    begun += 1;
    return finish.promise;
  });
  const answer = send(UPDATE, secret);
  await waitUntil('it did not come', () => begun === 1);
  let stopped = false;
  const stopping = webhook.stop().then(() => {
    stopped = true;
  });
  await expect(send(UPDATE, secret)).rejects.toThrow();
  expect(stopped).toBe(false);
  finish.resolve();
  expect(await answer).toBe(200);
  await stopping;
  expect(begun).toBe(1);
});
