import { randomUUID } from 'node:crypto';
import { createLogger } from '@attrai/telemetry/logger';
import { ownRedis } from '@attrai/test-servers/own-servers';
import { startRedis } from '@attrai/test-servers/redis';
import { startTcpProxy } from '@attrai/test-servers/tcp-proxy';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { connectRedis, untilReady } from '../src/redis/connect-redis.ts';
import { RedisTroubles } from '../src/redis/redis-troubles.ts';
import { RedisRequestBook } from '../src/requests/redis-request-book.ts';
import type { BookTiming } from '../src/requests/request-book.ts';
import { describeRequestBook, type Envelope } from './request-book.conformance.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const DAY_MS = 24 * 60 * 60_000;
const LIMITS = { maxActivePerUser: 100 };
const AT_ONCE = { settleMs: 0 };
let url: string;
let redis: Redis;

beforeAll(async () => {
  url = await ownRedis();
  redis = await connect(url);
});
afterAll(() => redis.disconnect());

async function connect(to: string): Promise<Redis> {
  const connection = connectRedis(to, new RedisTroubles(logger));
  await untilReady(connection);
  return connection;
}

/** A book of its own, and what else may open it. */
function openBook(on = redis, timing: Partial<BookTiming> = AT_ONCE, prefix: string = randomUUID()) {
  return { book: new RedisRequestBook<Envelope>({ redis: on, prefix, timing }), prefix };
}

function requestOf(user: string | number, id: string, deadline = Date.now() + 60_000) {
  const ids = { id, userId: String(user), chatId: '918273645', messageId: '7' };
  return { ...ids, deadline, envelope: { language: 'SECRET' } };
}

const EDIT = (attempt: string) => ({ attempt, repeatable: true });
const NEW_MESSAGE = (attempt: string) => ({ attempt, repeatable: false });

describeRequestBook('on Redis', async (timing) => openBook(redis, timing).book, 40);

/** All that is in the keys, and in their names. */
async function contents(prefix: string): Promise<string> {
  const keys = await redis.keys(`${prefix}*`);
  const values = keys.map(async (key) => {
    const type = await redis.type(key);
    if (type === 'hash') return redis.hgetall(key);
    return type === 'zset' ? redis.zrange(key, 0, '-1', 'WITHSCORES') : redis.get(key);
  });
  return JSON.stringify([keys, await Promise.all(values)]);
}

test('what is over leaves a mark for a day, without a word of its user', async () => {
  const { book, prefix } = openBook();
  for (const id of ['a1', 'a2']) {
    await book.accept(requestOf(555_444_333, id), LIMITS);
    await book.placeholderSent(id, '192837465');
  }
  await book.sending('a1', EDIT('x'));
  await book.answered('a1');
  await book.cancel('555444333');
  expect((await redis.keys(`${prefix}*`)).sort()).toEqual([1, 2].map((n) => `${prefix}:book:request:a${n}`));
  expect(await contents(prefix)).not.toMatch(/555444333|918273645|192837465|SECRET/);
  for (const key of await redis.keys(`${prefix}*`)) {
    expect(await redis.pttl(key)).toSatisfy((ms: number) => ms > DAY_MS - 60_000 && ms <= DAY_MS);
  }
});

test('every key goes by itself within a day of the last deadline', async () => {
  const { book, prefix } = openBook();
  await book.accept(requestOf(7, 'late', Date.now() - 5_000), LIMITS);
  await book.accept(requestOf(7, 'long', Date.now() + 600_000), LIMITS);
  await book.accept(requestOf(7, 'short'), LIMITS);
  await book.answerReady('short');
  for (const id of ['short', 'lost']) await book.sending(id, EDIT('x'));
  await book.overdue();
  await book.answered('unknown');
  const keys = await redis.keys(`${prefix}*`);
  expect(keys.map((key) => key.replace(`${prefix}:book:`, '')).sort()).toEqual([
    'deadlines',
    'queue',
    ...['late', 'long', 'lost', 'short', 'unknown'].map((id) => `request:${id}`),
    'sending',
    'user:7',
    'watch',
  ]);
  for (const key of keys) {
    expect(await redis.pttl(key), key).toSatisfy((ms: number) => ms > 0 && ms <= DAY_MS + 600_000);
  }
  for (const key of ['user:7', 'deadlines', 'queue', 'request:long']) {
    expect(await redis.pttl(`${prefix}:book:${key}`), key).toBeGreaterThan(DAY_MS + 500_000);
  }
});

test('a photo costs six round trips', async () => {
  const { book } = openBook();
  const sent = vi.spyOn(redis, 'sendCommand');
  onTestFinished(() => sent.mockRestore());
  expect(await book.accept(requestOf(7, 'a1'), LIMITS)).toEqual({ kind: 'accepted', place: 1 });
  await book.placeholderSent('a1', '5');
  await book.published('a1');
  await book.answerReady('a1');
  await book.sending('a1', EDIT('x'));
  await book.answered('a1');
  expect(sent).toHaveBeenCalledTimes(6);
});

test('requests, places and who is sending survive the death of their bot', async () => {
  const { book, prefix } = openBook();
  for (const id of ['a', 'b', 'c', 'd']) await book.accept(requestOf(7, id), LIMITS);
  await book.placeholderSent('c', '3');
  await book.answerReady('a');
  await book.sending('a', NEW_MESSAGE('x'));
  const own = await connect(url);
  onTestFinished(() => own.disconnect());
  const next = openBook(own, { sendingMs: 0 }, prefix).book;
  expect(await next.accept(requestOf(7, 'e'), LIMITS)).toEqual({ kind: 'accepted', place: 4 });
  expect(await next.places(['b', 'c', 'd', 'e'])).toEqual([1, 2, 3, 4]);
  expect(await next.find('c')).toMatchObject({ ...requestOf(7, 'c', expect.any(Number)), placeholder: { id: '3' } });
  expect((await next.leftSending()).map(({ id }) => id)).toEqual(['a']);
  expect(await next.sending('a', NEW_MESSAGE('y'))).toBe('unknown');
  expect((await next.cancel('7')).map(({ id }) => id).sort()).toEqual(['b', 'c', 'd', 'e']);
});

test('of bots on connections of their own one may send, and a user has no more slots', async () => {
  const connections = await Promise.all(Array.from({ length: 5 }, () => connect(url)));
  onTestFinished(() => connections.forEach((connection) => void connection.disconnect()));
  const { prefix } = openBook();
  const books = connections.map((on) => openBook(on, AT_ONCE, prefix).book);
  const few = { maxActivePerUser: 3 };
  const accepting = books.flatMap((book, b) => [1, 2, 3].map((i) => book.accept(requestOf(7, `${b}-${i}`), few)));
  const kinds = (await Promise.all(accepting)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(3);
  const permissions = await Promise.all(books.map((book, b) => book.sending('lost', NEW_MESSAGE(`bot ${b}`))));
  expect(permissions.sort()).toEqual([...Array(4).fill('busy'), 'send']);
});

test('a bot whose clock is off tells nobody too soon or too late', async () => {
  const { book } = openBook();
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const now = Date.now();
  for (const [i, hours] of [-5, 5].entries()) {
    vi.setSystemTime(now + hours * 3_600_000);
    await book.accept(requestOf(7, `due ${i}`, Date.now() - 1_000), LIMITS);
    await book.accept(requestOf(7, `not due ${i}`, Date.now() + 60_000), LIMITS);
    await book.accept(requestOf(8, `slot ${i}`, Date.now() + 60_000), { maxActivePerUser: i + 1 });
  }
  expect((await book.overdue()).map(({ id }) => id).sort()).toEqual(['due 0', 'due 1']);
  expect(await book.accept(requestOf(8, 'one more'), { maxActivePerUser: 2 })).toEqual({ kind: 'full' });
});

test('an answer that was ready and not sent for three hours is owed again', async () => {
  const { book, prefix } = openBook();
  await book.accept(requestOf(7, 'a1'), LIMITS);
  await book.answerReady('a1');
  const dueAt = Number(await redis.zscore(`${prefix}:book:deadlines`, 'a1'));
  expect(Math.abs(dueAt - Date.now() - 3 * 3_600_000)).toBeLessThan(60_000);
  await redis.zadd(`${prefix}:book:deadlines`, dueAt - 3 * 3_600_000 - 60_000, 'a1');
  expect(await book.overdue()).toMatchObject([{ id: 'a1', answerReady: true }]);
  expect(await book.sending('a1', { ...EDIT('x'), expired: true })).toBe('send');
});

test('a request whose record has gone is counted and in line no more', async () => {
  const { book, prefix } = openBook();
  for (const id of ['gone', 'b']) await book.accept(requestOf(7, id, Date.now() - 1_000), LIMITS);
  await redis.del(`${prefix}:book:request:gone`);
  expect((await book.overdue()).map(({ id }) => id)).toEqual(['b']);
  expect(await book.total()).toBe(1);
  expect(await book.places(['b'])).toEqual([1]);
  expect((await book.cancel('7')).map(({ id }) => id)).toEqual(['b']);
});

test('goes on when Redis has forgotten its scripts', async () => {
  const { book } = openBook();
  await book.accept(requestOf(7, 'a1'), LIMITS);
  await redis.script('FLUSH');
  expect((await book.accept(requestOf(7, 'a2'), LIMITS)).kind).toBe('accepted');
  expect(await book.states(['a1', 'a2'])).toEqual(['accepted', 'accepted']);
});

test('a Redis that is away, or hangs, is said to be away, and what it was told stays', async () => {
  await using server = await startRedis();
  const proxy = await startTcpProxy(Number(new URL(server.url).port));
  const own = await connect(`redis://127.0.0.1:${proxy.port}`);
  const { book } = openBook(own);
  await book.accept(requestOf(7, 'a1'), LIMITS);
  const away = { grade: 'retryable', code: 'redis_away' };

  proxy.stall();
  await expect(book.published('a1')).rejects.toMatchObject(away);
  proxy.cut();
  proxy.resume();
  await expect.poll(() => book.published('a1').catch(String)).toBe('published');

  await server.stop();
  for (const question of [book.answered('a1'), book.total(), book.find('a1'), book.places(['a1'])]) {
    await expect(question).rejects.toMatchObject(away);
  }
  await server.start();
  await expect.poll(() => book.states(['a1']).catch(String)).toEqual(['published']);
  own.disconnect();
  await proxy.close();
});

test('a Redis that is full refuses new photos and says so, but lets all answers out', async () => {
  await using server = await startRedis();
  const own = await connect(server.url);
  onTestFinished(() => own.disconnect());
  const { book } = openBook(own);
  for (const id of ['a1', 'a2', 'a3']) await book.accept(requestOf(7, id, Date.now() - 1_000), LIMITS);
  await own.config('SET', 'maxmemory', '1');
  await expect(own.set('x', 'y'), 'it is not full').rejects.toThrow('OOM');
  const full = { grade: 'retryable', code: 'redis_full', message: expect.stringContaining('maxmemory') };
  await expect(book.accept(requestOf(7, 'a4'), LIMITS)).rejects.toMatchObject(full);
  await book.placeholderSent('a1', '1');
  await book.published('a1');
  await book.answerReady('a1');
  expect(await book.sending('a1', EDIT('x'))).toBe('send');
  await book.notSent('a1', 'x');
  expect(await book.sending('a1', EDIT('x'))).toBe('send');
  expect(await book.answered('a1')).toBe(true);
  expect((await book.overdue()).map(({ id }) => id).sort()).toEqual(['a2', 'a3']);
  expect(await book.sending('a2', NEW_MESSAGE('x'))).toBe('send');
  expect(await book.leftSending()).toEqual([]);
  expect((await book.cancel('7')).map(({ id }) => id)).toEqual(['a3']);
  expect(await book.states(['a1', 'a2', 'a3', 'a4'])).toEqual(['answered', 'sending', 'cancelled', undefined]);
});

test('a Redis that refuses is not said to be away: its error has a code of its own and says what to do', async () => {
  await using server = await startRedis();
  const own = await connect(server.url);
  onTestFinished(() => own.disconnect());
  const { book } = openBook(own);
  const refusal = (code: string, advice: RegExp) => ({
    grade: 'retryable',
    code,
    message: expect.stringMatching(advice),
    cause: expect.any(Error),
  });
  const accept = () => book.accept(requestOf(7, 'a1'), LIMITS);

  await own.config('SET', 'min-replicas-to-write', '1');
  await expect(accept()).rejects.toMatchObject(refusal('redis_takes_no_writes', /min-replicas-to-write/));
  await own.config('SET', 'min-replicas-to-write', '0');

  await own.replicaof('127.0.0.1', '1');
  await expect(accept()).rejects.toMatchObject(refusal('redis_read_only', /primary/));
  // A refused write makes it connect again.
  const said = () => book.answered('a1').catch((error) => error);
  await expect.poll(said).toMatchObject(refusal('redis_read_only', /primary/));
  await expect.poll(() => own.replicaof('NO', 'ONE').catch(String)).toBe('OK');

  await own.set('clash:book:request:a1', 'not ours');
  const clashing = openBook(own, AT_ONCE, 'clash').book;
  await expect(clashing.published('a1')).rejects.toMatchObject(refusal('redis_script', /Redis 7/));

  for (const denied of ['-evalsha -eval', '-zadd', 'resetkeys ~other:*']) {
    await own.call('ACL', 'SETUSER', 'anna', 'reset', 'on', '>x', '~*', '+@all', ...denied.split(' '));
    const asAnna = await connect(server.url.replace('//', '//anna:x@'));
    const { book: ofAnna } = openBook(asAnna);
    await expect(ofAnna.accept(requestOf(7, 'b1'), LIMITS), denied).rejects.toMatchObject(
      refusal('redis_forbidden', /REDIS_URL/),
    );
    asAnna.disconnect();
  }
  expect((await accept()).kind).toBe('accepted');
});
