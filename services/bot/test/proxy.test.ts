import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { telegramOf } from '../src/config.ts';
import type { ProxySetting } from '../src/telegram/proxy-setting.ts';
import { TelegramApi } from '../src/telegram/telegram-api.ts';
import { startHttpProxy, startSocksProxy } from './proxies.ts';
import { openWorld, PHOTO, PICTURE } from './world.ts';

const CHAT = 5;
const TOKEN = '123456789:AAsecret-secret-secret-secret-secret';
const CREDENTIALS = 'me:p%40ss%2Fword';
const PLAIN_CREDENTIALS = 'me:p@ss/word';

function telegramProxy(url: string, credentials?: string): ProxySetting {
  const full = credentials === undefined ? url : url.replace('://', `://${credentials}@`);
  return { url: new URL(full), variable: 'TELEGRAM_PROXY' };
}

const KINDS: [kind: string, start: typeof startHttpProxy][] = [
  ['HTTP', startHttpProxy],
  ['SOCKS5', startSocksProxy],
];

test.each(KINDS)(
  'a bot behind a proxy of %s polls, downloads and answers through it, and past it nowhere',
  async (_, start) => {
    await using proxy = await start({ credentials: PLAIN_CREDENTIALS });
    // A name that only the proxy can make anything of.
    await using world = await openWorld({
      names: ['telegram.invalid'],
      bend(parts) {
        proxy.leadTo(Number(new URL(parts.apiRoot!).port));
        return { ...parts, apiRoot: 'http://telegram.invalid', proxy: telegramProxy(proxy.url, CREDENTIALS) };
      },
    });
    for (const chat of [CHAT, CHAT + 1]) await world.page.send(chat, { photo: PHOTO });
    for (const chat of [CHAT, CHAT + 1]) await world.page.untilSaid(chat, /6\.3/);
    await world.untilNothingIsLeft();
    expect(new Set(proxy.targets)).toEqual(new Set(['telegram.invalid:80']));
    expect(proxy.sent).toBeGreaterThan(2 * PICTURE.length);
    const { calls } = await world.page.stats();
    const made = Object.values(calls).reduce((sum, count) => sum + count, 0);
    // Tunnels are kept, as connections are.
    expect(proxy.targets.length).toBeLessThan(made / 2);
    expect(world.lines.join()).not.toMatch(/p@ss|p%40ss/);
  },
);

async function failureThrough(proxy: ProxySetting) {
  const api = new TelegramApi({ token: TOKEN, apiRoot: 'http://telegram.invalid', proxy, onBusy() {} });
  const error = await api.send({ chatId: '5' }, 'words').then(
    () => expect.unreachable('it did not fail'),
    (thrown) => thrown,
  );
  const everything = [String(error), error.stack, String(error.cause), JSON.stringify(error)].join();
  expect(everything).not.toMatch(/secret|p@ss|p%40ss|words/);
  expect(error).toMatchObject({ code: 'proxy_failed', grade: 'retryable' });
  return error.message as string;
}

async function port(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test.each(['http', 'https', 'socks5'])('a proxy of %s that is not there is named, and what to do', async (scheme) => {
  const message = await failureThrough(telegramProxy(`${scheme}://127.0.0.1:9`, CREDENTIALS));
  expect(message).toMatch(/^The proxy of TELEGRAM_PROXY can't be used \(.*ECONNREFUSED.*\)\. Check TELEGRAM_PROXY/);
});

test.each(KINDS)(
  'a proxy of %s that wants another password says so, without showing the one it got',
  async (_, start) => {
    await using proxy = await start({ credentials: 'somebody:else' });
    for (const given of [undefined, CREDENTIALS]) {
      expect(await failureThrough(telegramProxy(proxy.url, given))).toMatch(/TELEGRAM_PROXY .*user.*password/);
    }
    expect(proxy.targets).toEqual([]);
  },
);

test('a proxy that answers with a page is told from Telegram', async () => {
  const server = createHttpServer();
  server.on('connect', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n<html>Not from here</html>'));
  const url = `http://127.0.0.1:${await port(server)}`;
  const message = await failureThrough(telegramProxy(url));
  expect(message).toMatch(/^The proxy of TELEGRAM_PROXY does not connect to telegram\.invalid:80: it answers 403/);
});

test.each(['http', 'socks5'])('what is no proxy of %s is told from Telegram', async (scheme) => {
  const server = createServer((socket) => socket.end('SSH-2.0-what\r\n'));
  const message = await failureThrough(telegramProxy(`${scheme}://127.0.0.1:${await port(server)}`));
  expect(message).toMatch(/^The proxy of TELEGRAM_PROXY/);
});

test.each(['http', 'socks5'])(
  'a call that is broken off does not wait for a proxy of %s that keeps silent',
  async (scheme) => {
    const connected = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      onTestFinished(() => void socket.destroy());
      connected.resolve();
    });
    const proxy = telegramProxy(`${scheme}://127.0.0.1:${await port(server)}`);
    const api = new TelegramApi({ token: TOKEN, apiRoot: 'http://telegram.invalid', proxy, onBusy() {} });
    const enough = new AbortController();
    const updates = api.getUpdates(0, 30, enough.signal);
    await connected.promise;
    enough.abort();
    await expect(updates).rejects.toMatchObject({ code: 'telegram_unreachable' });
  },
);

const LOCAL = 'http://bot-api.lan:8081/folder';

test.each<[what: string, settings: Parameters<typeof telegramOf>[0], env: Record<string, string>, expected: string]>([
  ['none is set', {}, {}, 'none'],
  ['TELEGRAM_PROXY is set', { TELEGRAM_PROXY: 'socks5://a:1' }, { HTTPS_PROXY: 'http://b:2' }, 'TELEGRAM_PROXY a:1'],
  ['only the usual variables are', {}, { HTTPS_PROXY: 'http://b:2', HTTP_PROXY: 'http://c:3' }, 'HTTPS_PROXY b:2'],
  [
    'the server speaks plain HTTP',
    { TELEGRAM_API_ROOT: LOCAL },
    { HTTPS_PROXY: 'b:2', http_proxy: 'c:3' },
    'HTTP_PROXY c:3',
  ],
  ['only HTTPS_PROXY is set', { TELEGRAM_API_ROOT: LOCAL }, { HTTPS_PROXY: 'b:2' }, 'none'],
  ['one holds for all', {}, { ALL_PROXY: 'socks5://b:2' }, 'ALL_PROXY b:2'],
  ['it is in small letters', {}, { https_proxy: 'http://b:2', HTTPS_PROXY: 'http://c:3' }, 'HTTPS_PROXY b:2'],
  ['NO_PROXY names the host', { TELEGRAM_PROXY: 'http://a:1' }, { NO_PROXY: 'x.org, api.telegram.org' }, 'none'],
  ['NO_PROXY names the domain', {}, { HTTPS_PROXY: 'http://b:2', no_proxy: '.telegram.org' }, 'none'],
  ['NO_PROXY names another', {}, { HTTPS_PROXY: 'http://b:2', NO_PROXY: 'gram.org,org.telegram' }, 'HTTPS_PROXY b:2'],
  [
    'NO_PROXY names the port',
    { TELEGRAM_API_ROOT: LOCAL },
    { HTTP_PROXY: 'b:2', NO_PROXY: 'bot-api.lan:8081' },
    'none',
  ],
  [
    'NO_PROXY names another port',
    { TELEGRAM_API_ROOT: LOCAL },
    { HTTP_PROXY: 'b:2', NO_PROXY: 'bot-api.lan:80' },
    'HTTP_PROXY b:2',
  ],
  [
    'NO_PROXY names an address',
    { TELEGRAM_API_ROOT: 'http://[::1]:81' },
    { HTTP_PROXY: 'b:2', NO_PROXY: '[::1]:81' },
    'none',
  ],
  ['NO_PROXY names all', { TELEGRAM_PROXY: 'http://a:1' }, { NO_PROXY: '*' }, 'none'],
])('which proxy it is when %s', (_, settings, env, expected) => {
  const { proxy } = telegramOf(settings, env);
  expect(proxy ? `${proxy.variable} ${proxy.url.host}` : 'none').toBe(expected);
});

test('a variable of a proxy that is no URL of one is named, and its value not shown', () => {
  for (const value of ['ftp://me:secret@b:2', 'http://me:secret@']) {
    const reading = () => telegramOf({}, { HTTPS_PROXY: value });
    expect(reading).toThrow(/^HTTPS_PROXY can't be used/);
    expect(reading).not.toThrow(/secret/);
  }
});
