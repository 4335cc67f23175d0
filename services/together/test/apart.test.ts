import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ensureModels } from '@attrai/models/build';
import { VOLUME_MARK } from '@attrai/photo-store/volume-mark';
import { startSandbox } from '@attrai/sandbox/sandbox';
import { freePort } from '@attrai/test-servers/free-port';
import { ownRedis, ownVhost } from '@attrai/test-servers/own-servers';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Chat } from './chat.ts';
import { GROUP_PHOTO, MODELS_DIR, ownTmp, scoresIn } from './suite.ts';

const TOKEN = '1000001:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1';
const AMQP_URL = await ownVhost();
const REDIS_URL = await ownRedis();
const soon = { timeout: 30_000, interval: 50 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const tmp = ownTmp();
afterAll(tmp.remove);
beforeAll(async () => {
  await ensureModels({ dir: MODELS_DIR });
});

function start(service: 'bot' | 'estimator', env: Record<string, string>) {
  const main = fileURLToPath(new URL(`../../${service}/src/main.ts`, import.meta.url));
  const folders = { PHOTO_DIR: `${tmp.dir}/photos`, INBOX_DIR: `${tmp.dir}/inbox` };
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, MODELS_DIR, AMQP_URL, ...folders, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout!.on('data', (chunk) => (out += chunk));
  const exited = once(child, 'close').then(([code]) => code);
  const port = () => Number(/"port":(\d+)/.exec(out)?.[1]);

  return {
    output: () => out,
    async status(path: string): Promise<number> {
      await vi.waitUntil(port, soon);
      return (await fetch(`http://127.0.0.1:${port()}${path}`)).status;
    },
    async stop(): Promise<number> {
      child.kill('SIGTERM');
      return await exited;
    },
  };
}

describe('bot and estimator in separate processes', () => {
  test('become ready, answer photos, leave no files and stop with exit code 0', async () => {
    const sandbox = await startSandbox({ port: 0, token: TOKEN });
    cleanups.push(() => sandbox.close());
    const telegram = { BOT_TOKEN: TOKEN, TELEGRAM_API_ROOT: sandbox.apiRoot };
    const services = [start('bot', { ...telegram, REDIS_URL }), start('estimator', {})];
    for (const service of services) {
      await vi.waitFor(async () => expect(await service.status('/readyz')).toBe(200), soon);
    }

    const chat = new Chat(sandbox.url, 1);
    const answer = await chat.answerTo(await chat.sendPhoto(GROUP_PHOTO));
    expect(scoresIn(answer.caption).length).toBeGreaterThanOrEqual(4);
    await vi.waitFor(() => expect(tmp.files()).toEqual([VOLUME_MARK]), soon);

    // The estimator logs this after it has sent the result, perhaps after the files are deleted.
    await vi.waitFor(() => expect(services[1]!.output()).toContain('"msg":"estimated"'), soon);
    const [bot, estimator] = services.map((service) => service.output());
    const id = /"requestId":"(\w+)"/.exec(estimator!)?.[1];
    expect(bot).toContain(`"requestId":"${id}"`);
    expect(bot! + estimator!).not.toContain(TOKEN.slice(8));
    for (const service of services) expect(await service.stop()).toBe(0);
  });

  test.each([
    ['RabbitMQ', { AMQP_URL: 'amqp://127.0.0.1' }],
    ['Redis', { REDIS_URL: 'redis://127.0.0.1' }],
  ])('the bot is alive, not ready, and stops with exit code 0 while %s is away', async (_, away) => {
    const [[name, url]] = Object.entries(away) as [[string, string]];
    const bot = start('bot', {
      BOT_TOKEN: TOKEN,
      TELEGRAM_API_ROOT: 'http://127.0.0.1:1',
      REDIS_URL,
      [name]: `${url}:${await freePort()}`,
    });
    expect(await bot.status('/healthz')).toBe(200);
    expect(await bot.status('/readyz')).toBe(503);
    expect(await bot.stop()).toBe(0);
  });
});
