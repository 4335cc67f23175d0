import { TestAuthority, textsOf } from '@attrai/test-servers/certificates';
import { freePort } from '@attrai/test-servers/free-port';
import { ownVhost } from '@attrai/test-servers/own-servers';
import { startRedis } from '@attrai/test-servers/redis';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { connectForWork, connectRedis, untilReady } from '../src/redis/connect-redis.ts';
import { RedisTroubles } from '../src/redis/redis-troubles.ts';
import { startBotProcess } from './bot-process.ts';

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());
const authority = opened.use(await TestAuthority.make());
const own = await authority.issue('server');
const client = await authority.issue('client');
const port = await freePort();
// Takes only clients with a certificate that its own authority signed.
opened.use(
  await startRedis([
    ...['--tls-port', String(port), '--tls-auth-clients', 'yes', '--tls-ca-cert-file', authority.cert],
    ...['--tls-cert-file', own.cert, '--tls-key-file', own.key],
  ]),
);
const url = `rediss://127.0.0.1:${port}`;

function connect(tls: object) {
  const lines: string[] = [];
  const logger = { warn: ({ err }: { err: Error }) => void lines.push(err.message), info() {}, debug() {} };
  const redis = connectRedis(url, new RedisTroubles(logger as never), () => {}, tls);
  onTestFinished(() => redis.disconnect());
  return { redis, lines };
}

test('commands and jobs travel by TLS to a Redis with an authority of its own, which asks for a certificate', async () => {
  const { redis } = connect(await textsOf({ ca: authority.cert, ...client }));
  await untilReady(redis);
  expect(await redis.ping()).toBe('PONG');
  const forWork = connectForWork(redis, { debug() {} } as never);
  onTestFinished(() => forWork.disconnect());
  expect(await forWork.ping()).toBe('PONG');
});

test.each([
  ['an authority that is not known', { ...client }, /not signed by a CA that is trusted here: set REDIS_CA_FILE/],
  [
    'no certificate of the client',
    { ca: authority.cert },
    /asks for a certificate.*REDIS_CERT_FILE and REDIS_KEY_FILE/,
  ],
])('%s is named with its variable, in one line', async (_, files, says) => {
  const { lines } = connect(await textsOf<string>(files));
  await waitUntil('nothing was said', () => lines.some((line) => says.test(line)));
  await new Promise((next) => setTimeout(next, 1_500));
  expect(lines.filter((line) => says.test(line))).toHaveLength(1);
});

test('the bot reads the files that its variables name, and says which of them is wrong', async () => {
  const tls = { REDIS_CA_FILE: authority.cert, REDIS_CERT_FILE: client.cert, REDIS_KEY_FILE: client.key };
  const common = {
    BOT_TOKEN: '123456789:AAH-token-of-the-redis-tls-test_0123',
    TELEGRAM_API_ROOT: 'http://127.0.0.1:1',
    AMQP_URL: await ownVhost(),
    REDIS_URL: url,
  };
  // What comes after Redis.
  await opened.use(await startBotProcess({ ...common, ...tls })).untilSaid(/Telegram does not answer yet/);
  const wrong = opened.use(await startBotProcess({ ...common, ...tls, REDIS_KEY_FILE: own.key }));
  expect(await wrong.exited).toBe(1);
  expect(wrong.output()).toContain('REDIS_KEY_FILE: is not the private key of the certificate in REDIS_CERT_FILE');
});
