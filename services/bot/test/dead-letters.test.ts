import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { putWire } from '@attrai/broker/amqp/scan-queue';
import type { Broker } from '@attrai/broker/broker';
import { connectBroker } from '@attrai/broker/connect-broker';
import { FinalError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { EstimateRequest } from '@attrai/contracts/request';
import { createVolumeStore, UNFINISHED_FOLDER } from '@attrai/photo-store/volume-store';
import { ownRedis, ownVhost } from '@attrai/test-servers/own-servers';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ParkedMessages, parkedKey, type Unreadable } from '../src/replies/parked.ts';
import { openWorld } from './world.ts';

const cli = fileURLToPath(new URL('../cli/dead-letters.ts', import.meta.url));
const SECRET = 'what a user said';

let amqpUrl: string;
let inboxDir: string;
let broker: Broker;

beforeEach(async () => {
  amqpUrl = await ownVhost();
  const ownDir = await mkdtemp(join(tmpdir(), 'attrai-dead-letters-'));
  inboxDir = ownDir;
  broker = await connectBroker({ url: amqpUrl, onFatal() {}, timing: { retry: [5, 10] } });
  onTestFinished(async () => {
    await broker.close();
    await rm(ownDir, { recursive: true });
  });
});

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH, AMQP_URL: amqpUrl, INBOX_DIR: inboxDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** Photos whose estimators died of them, while no bot runs. */
async function leaveDead(...ids: string[]): Promise<EstimateRequest[]> {
  return leaveDeadUntil(Date.now() + 60_000, ...ids);
}

async function leaveDeadUntil(deadline: number, ...ids: string[]): Promise<EstimateRequest[]> {
  const requests = ids.map((id): EstimateRequest => {
    const replyTo = { userId: 1, chatId: 2, messageId: 3, language: 'en' as const };
    const photo = { store: 'message' as const, key: `${id}.photo` };
    return { v: 1, id, photo, replyTo, acceptedAt: Date.now(), deadline };
  });
  const consumer = await broker.consume(TO_ESTIMATE, 1, () => Promise.reject(new FinalError('bad', 'no way')));
  for (const json of requests) await broker.publish(TO_ESTIMATE, { json, attachment: Buffer.from(SECRET) });
  await expect.poll(() => broker.depth(TO_ESTIMATE_DEAD)).toBe(ids.length);
  await consumer.stop();
  return requests;
}

/** As the store leaves a file whose writer was killed. */
async function leaveHalfWritten(key: string): Promise<void> {
  await mkdir(join(inboxDir, UNFINISHED_FOLDER), { recursive: true });
  await writeFile(join(inboxDir, UNFINISHED_FOLDER, `${key}.${randomUUID()}`), '{"at":17');
}

const [FIRST, SECOND] = ['first0000000000000000', 'second000000000000000'] as const;

test('lists what waits among the dead letters and leaves it there, without a word of its contents', async () => {
  await leaveDead(FIRST, SECOND);
  for (let i = 0; i < 2; i++) {
    const { code, out } = await run('list');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^first0+ +waiting +20\d\d-\S+Z +to_estimate +\d+ bytes +failed for good$/),
      expect.stringMatching(/^second0+ +waiting /),
      '',
    ]);
    expect(out).not.toContain(SECRET);
  }
  await expect.poll(() => broker.depth(TO_ESTIMATE_DEAD)).toBe(2);
});

test('puts one message back, whole, to where it died, and drops another', async () => {
  const [request] = await leaveDead(FIRST, SECOND);
  expect(await run('requeue', FIRST)).toMatchObject({ code: 0, out: `${FIRST} requeued\n` });
  await expect.poll(() => broker.depth(TO_ESTIMATE_DEAD)).toBe(1);
  const again: unknown[] = [];
  await broker.consume(TO_ESTIMATE, 1, async (delivery) => void again.push(delivery));
  await expect.poll(() => again).toEqual([{ json: request, attachment: Buffer.from(SECRET), attempt: 1 }]);

  expect(await run('drop', SECOND, 'unknown')).toEqual({
    code: 1,
    out: `${SECOND} dropped\n`,
    err: 'unknown is not there\n',
  });
  expect((await run('list')).out).toBe('No dead letters.\n');
});

test('puts all back, and drops all', async () => {
  await leaveDead(FIRST, SECOND);
  expect((await run('requeue', '--all')).out.split('\n')).toHaveLength(3);
  await expect.poll(() => broker.depth(TO_ESTIMATE)).toBe(2);
  await broker.publish(TO_ESTIMATE_DEAD, { json: 'by hand' });
  expect((await run('drop', '--all')).code).toBe(0);
  await expect.poll(() => broker.depth(TO_ESTIMATE_DEAD)).toBe(0);
});

test('puts a photo back for no longer than until its deadline, and not after it', async () => {
  await leaveDeadUntil(Date.now() + 3_000, FIRST);
  expect(await run('requeue', FIRST)).toMatchObject({ code: 0 });
  await expect.poll(() => broker.depth(TO_ESTIMATE_DEAD)).toBe(1);
  expect(await broker.depth(TO_ESTIMATE)).toBe(0);
  expect((await run('list')).out).toMatch(/^first0+ +waiting .* no estimator took it in time\n$/);
  expect(await run('requeue', FIRST)).toEqual({
    code: 1,
    out: '',
    err: `${FIRST} can't be requeued: its deadline has passed. Drop it.\n`,
  });
});

test('lists, puts back and drops what the bot could not read and parked, be it JSON or not', async () => {
  await using world = await openWorld({ amqpUrl, redisUrl: await ownRedis() });
  inboxDir = world.inboxDir;
  const version2 = { v: 2, text: SECRET };
  await broker.publish(AFTER_ESTIMATE, { json: version2, attachment: Buffer.from('picture') });
  const body = Buffer.from(`not JSON: ${SECRET}`);
  await putWire({ url: amqpUrl }, TO_ESTIMATE_DEAD, { contentType: 'application/json', body });
  const inbox = await createVolumeStore(inboxDir);
  await waitUntil('they were not parked', async () => (await inbox.keys()).length === 2);

  const { out } = await run('list');
  expect(out).not.toContain(SECRET);
  const rows = out
    .trim()
    .split('\n')
    .sort((a, b) => Number(a.includes('no JSON')) - Number(b.includes('no JSON')));
  expect(rows).toEqual([
    expect.stringMatching(/^malformed-\w+ +parked +20\S+ +after_estimate +\d+ bytes +wrong: .*outcome/),
    expect.stringMatching(/^malformed-\w+ +parked +20\S+ +- +26 bytes +not a message: no JSON$/),
  ]);

  const [readable, notJson] = rows.map((row) => row.split(' ')[0]!);
  await world.bot.stop();
  const why = 'nobody knows which queue it came from';
  expect(await run('requeue', '--all')).toEqual({
    code: 1,
    out: `${readable} requeued\n`,
    err: `${notJson} can't be requeued: ${why}. Drop it.\n`,
  });
  const again: unknown[] = [];
  await broker.consume(AFTER_ESTIMATE, 1, async (delivery) => void again.push(delivery));
  await expect.poll(() => again).toEqual([{ json: version2, attachment: Buffer.from('picture'), attempt: 1 }]);
  expect((await run('drop', '--all')).out).toBe(`${notJson} dropped\n`);
  expect(await inbox.keys()).toEqual([]);
});

test('parks the same bytes once for each queue that they died in', async () => {
  const parked = new ParkedMessages(await createVolumeStore(inboxDir));
  const message: Unreadable = { why: 'no JSON', contentType: 'x', body: Buffer.from('no JSON') };
  const queues = [TO_ESTIMATE, AFTER_ESTIMATE, undefined, TO_ESTIMATE] as const;
  for (const diedIn of queues) await parked.park({ ...message, diedIn });
  const kept = (await parked.list()).messages.map(({ diedIn }) => diedIn);
  expect(kept).toHaveLength(3);
  expect(new Set(kept)).toEqual(new Set(queues));
});

test('of a large message only the beginning is parked, once, and not put back', async () => {
  const parked = new ParkedMessages(await createVolumeStore(inboxDir));
  const body = Buffer.alloc(2_000_000, 1);
  const message: Unreadable = { diedIn: TO_ESTIMATE, why: 'no JSON', contentType: 'x', body };
  const [first, again] = [await parked.park(message), await parked.park(message)];
  expect(again).toEqual(first);
  expect((await stat(join(inboxDir, first.key))).size).toBeLessThan(1_001_000);
  expect((await run('list')).out).toContain('2000000 bytes');
  const { code, err } = await run('requeue', first.key);
  expect([code, err]).toEqual([1, `${first.key} can't be requeued: only its beginning was kept. Drop it.\n`]);
  expect(await broker.depth(TO_ESTIMATE)).toBe(0);
});

test('parks a message again whose file was half-written when the bot died, and then takes it for kept', async () => {
  const parked = new ParkedMessages(await createVolumeStore(inboxDir));
  const message: Unreadable = { diedIn: TO_ESTIMATE, why: 'no JSON', contentType: 'x', body: Buffer.from('no JSON') };
  const key = parkedKey(message);
  await leaveHalfWritten(key);
  expect(await parked.park(message)).toEqual({ key, kept: true });
  expect((await parked.list()).messages).toMatchObject([{ key, body: message.body }]);
  expect(await parked.park(message)).toEqual({ key, kept: true });

  await writeFile(join(inboxDir, key), 'damaged');
  expect(await parked.park(message)).toEqual({ key, kept: true });
  expect((await parked.list()).messages).toMatchObject([{ key, body: message.body }]);
});

test('takes no message for kept when 100 others are there, half-written as it may be', async () => {
  const parked = new ParkedMessages(await createVolumeStore(inboxDir));
  const parkNumber = (n: number) => parked.park({ why: 'no JSON', contentType: 'x', body: Buffer.from(`${n}`) });
  for (let n = 0; n < 100; n++) await parkNumber(n);
  await leaveHalfWritten(parkedKey({ body: Buffer.from('100') }));
  expect((await parkNumber(100)).kept).toBe(false);
  expect((await parkNumber(99)).kept).toBe(true);
});

test('names files that can not be read, and lists, puts back and drops the others all the same', async () => {
  const parked = new ParkedMessages(await createVolumeStore(inboxDir));
  const whole = await parked.park({ diedIn: TO_ESTIMATE, why: 'wrong', contentType: 'x', body: Buffer.from(SECRET) });
  await leaveHalfWritten('malformed-half');
  await writeFile(join(inboxDir, 'malformed-damaged'), `{"at": "${SECRET}"}\n`);
  await mkdir(join(inboxDir, 'malformed-folder'));
  await writeFile(join(inboxDir, 'malformed-NoKey'), '');

  const { code, out } = await run('list');
  expect(code).toBe(0);
  expect(out).not.toContain(SECRET);
  expect(out.trim().split('\n')).toEqual([
    expect.stringMatching(/^malformed-\w+ +parked +20\S+ +to_estimate +\d+ bytes +wrong$/),
    expect.stringMatching(/^malformed-damaged +unreadable +- +- +- +its file is damaged$/),
    expect.stringMatching(/^malformed-folder +unreadable +- +- +- +INBOX_DIR .+ take that away.+\(EISDIR\)/),
    expect.stringMatching(/^malformed-half +unreadable +- +- +- +its file is half-written$/),
  ]);

  expect(await run('requeue', '--all')).toEqual({
    code: 1,
    out: `${whole.key} requeued\n`,
    err: expect.stringMatching(
      /^malformed-damaged can't be requeued: its file is damaged. Drop it.\nmalformed-folder .+\nmalformed-half .+ half-written. Drop it.\n$/,
    ),
  });
  expect(await broker.depth(TO_ESTIMATE)).toBe(1);

  expect(await run('drop', '--all')).toEqual({
    code: 1,
    out: 'malformed-damaged dropped\nmalformed-half dropped\n',
    err: expect.stringMatching(/^malformed-folder can't be dropped: .+\(E\w+\).*\n$/),
  });
  expect((await run('list')).out).toMatch(/^malformed-folder .*\n$/);
});

test.each([[], ['list', 'x'], ['requeue'], ['drop'], ['drop', '--all', 'x'], ['forget', 'x'], ['list', '--force']])(
  'refuses and explains itself at: %s %s %s',
  async (...args) => {
    expect(await run(...args.filter((arg) => arg !== undefined))).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('pnpm dead-letters requeue ID'),
    });
  },
);

test.each(['--help', '-h'])('explains itself when asked: %s', async (option) => {
  expect(await run(option)).toEqual({ code: 0, out: expect.stringContaining('pnpm dead-letters requeue ID'), err: '' });
});

test.each([
  [
    'a virtual host that is not there',
    (url: URL) => Object.assign(url, { pathname: '/gone' }),
    /check AMQP_URL's path/,
  ],
  ['a wrong password', (url: URL) => Object.assign(url, { password: 'may-not-show' }), /refuses the user or password/],
  ['a server that is away', (url: URL) => Object.assign(url, { port: '1' }), /can't reach RabbitMQ.*ECONNREFUSED/],
])('says in plain words, without a secret, what is wrong: %s', async (_, wrong, words) => {
  amqpUrl = wrong(new URL(amqpUrl)).href;
  const { code, err } = await run('list');
  expect(code).toBe(1);
  expect(err).toMatch(words);
  expect(err).not.toMatch(/may-not-show|Trying again/);
});
