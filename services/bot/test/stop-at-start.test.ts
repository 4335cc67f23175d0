import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { startSandbox } from '@attrai/sandbox/sandbox';
import { freePort } from '@attrai/test-servers/free-port';
import { ownRedis, ownVhost } from '@attrai/test-servers/own-servers';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { startBotProcess } from './bot-process.ts';
import { chatPage } from './chat-page.ts';

const TOKEN = '123456789:AAH-token-of-the-stopping-test_01234567';

/** Resolves to a root at which nobody ever answers. */
async function silentServer(opened: AsyncDisposableStack): Promise<string> {
  const server = createServer((socket) => opened.defer(() => void socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.defer(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function sandboxSilentAt(method: string, opened: AsyncDisposableStack): Promise<string> {
  const sandbox = await startSandbox({ port: 0, token: TOKEN });
  opened.defer(() => sandbox.close());
  await chatPage(sandbox.url).break({ method, kind: 'delay', delay_ms: 600_000 });
  return sandbox.apiRoot;
}

test.each<[what: string, root: (opened: AsyncDisposableStack) => Promise<string>, webhook: boolean]>([
  ['Telegram keeps silent', silentServer, false],
  ['Telegram cannot be reached', async () => 'http://127.0.0.1:1', false],
  ['the old webhook is being deleted', (opened) => sandboxSilentAt('deleteWebhook', opened), false],
  ['its webhook is being set', (opened) => sandboxSilentAt('setWebhook', opened), true],
])('a bot that is told to stop while it starts ends at once and without complaint: %s', async (_, root, webhook) => {
  await using opened = new AsyncDisposableStack();
  const port = String(await freePort());
  const bot = opened.use(
    await startBotProcess({
      BOT_TOKEN: TOKEN,
      TELEGRAM_API_ROOT: await root(opened),
      AMQP_URL: await ownVhost(),
      REDIS_URL: await ownRedis(),
      ...(webhook && { WEBHOOK_URL: `http://127.0.0.1:${port}/updates`, WEBHOOK_PORT: port }),
    }),
  );
  const waits = async () => (await bot.get('/readyz')).body.includes('waiting for Telegram');
  await waitUntil('it did not wait for Telegram', waits);
  bot.child.kill('SIGTERM');
  // Far less than a call to Telegram may take; else `npx vitest` gives up.
  expect(await bot.exited).toBe(0);
  const lines = bot
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const after = lines.slice(lines.findIndex(({ msg }) => msg === 'stopping') + 1);
  expect(after.map(({ level, msg }) => `${level} ${msg}`)).toEqual(['info stopped']);
});
