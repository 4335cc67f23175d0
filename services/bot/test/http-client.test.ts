import { spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { HttpClient, readBody } from '../src/telegram/http-client.ts';

const QUESTION = { method: 'GET', path: 'bot1:a/getMe', timeoutMs: 10_000 } as const;

test.each([
  ['', '/bot1:a/getMe'],
  ['/', '/bot1:a/getMe'],
  ['/some/path', '/some/path/bot1:a/getMe'],
  ['/some/path/', '/some/path/bot1:a/getMe'],
  ['/some/path?x=1', '/some/path/bot1:a/getMe'],
])('a server whose root ends with "%s" is asked for %s', async (path, expected) => {
  const server = createServer((request, response) => response.end(request.url));
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  expect(String(await readBody(await client.ask(QUESTION)))).toBe(expected);
});

/** Answers in a process of its own; while that is stopped and has connections waiting, further ones wait too. */
const SLOW_SERVER = `
  const server = require('node:http').createServer((request, response) => response.end('here'));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

test('a server that is slow to connect is waited for where its other address leads nowhere', async () => {
  const child = spawn(process.execPath, ['-e', SLOW_SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const port = Number(String((await once(child.stdout, 'data'))[0]));
  child.kill('SIGSTOP');
  const waiting = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  onTestFinished(() => waiting.forEach((socket) => void socket.destroy()));
  await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, 'connect')));

  // Nobody listens at the second one.
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  const answerTwo = (_host: string, _options: unknown, found: (error: null, all: typeof addresses) => void) =>
    found(null, addresses);
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(answerTwo as typeof dns.lookup);
  onTestFinished(() => lookup.mockRestore());
  const answer = new HttpClient(`http://two-addresses.invalid:${port}`).ask(QUESTION);
  await expect.poll(() => lookup.mock.calls.length).toBe(1);
  // Longer than Node gives an address by itself; the system tries again after a second.
  setTimeout(() => child.kill('SIGCONT'), 500);
  expect(String(await readBody(await answer))).toBe('here');
});
