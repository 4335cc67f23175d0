import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, test } from 'vitest';
import { startSandbox } from '../src/sandbox.ts';
import { RawBot } from './raw-bot.ts';
import { User } from './user.ts';

export const TOKEN = '4242:test_token-1';

/** The `test` for tests that each need a fresh sandbox. `createBot` makes the bot's client. */
export function sandboxTest<Bot>(createBot: (apiRoot: string, token: string) => Bot) {
  return test
    .extend('token', TOKEN)
    .extend('sandbox', async ({ token }, { onCleanup }) => {
      const sandbox = await startSandbox({ port: 0, token });
      onCleanup(() => sandbox.close());
      return sandbox;
    })
    .extend('bot', ({ sandbox, token }) => createBot(sandbox.apiRoot, token))
    .extend('user', ({ sandbox }) => new User(sandbox.url));
}

/** The same with a bot that uses no client library. */
export const rawBotTest = sandboxTest((apiRoot, token) => new RawBot(apiRoot, token));

/** Runs an HTTP server on loopback until the test ends. Resolves to its URL, without a slash at the end. */
export async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
