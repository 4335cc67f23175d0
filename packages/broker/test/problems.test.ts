import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { startRabbitmq } from '@attrai/test-servers/rabbitmq';
import { connect } from 'amqplib';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { openBroker } from '../src/connect-broker.ts';

// A server of our own, whose alarms, users and virtual hosts are changed.
const server = await startRabbitmq();
afterAll(() => server[Symbol.asyncDispose]());
vi.setConfig({ testTimeout: 120_000 });

const ctl = (...args: string[]) => server.run('rabbitmqctl', ...args);
const PASSWORD = 'hunter2';
const soon = { timeout: 30_000 };
const ALL = '.*';
const NONE = '^$';

let vhost = '';
let number = 0;
/** A virtual host and a user of its own for each test. */
beforeEach(async () => {
  vhost = `vhost-${++number}`;
  await server.addVhost(vhost);
  await ctl('add_user', userOf(vhost), PASSWORD);
  await allow(ALL, ALL, ALL);
});

const userOf = (name: string) => `user-of-${name}`;
const allow = (configure: string, write: string, read: string) =>
  ctl('set_permissions', '-p', vhost, userOf(vhost), configure, write, read);

/** A broker as the user of this test, with the lines it logs. Not ready yet. */
async function open() {
  const url = new URL(`${server.url}/${vhost}?heartbeat=7`);
  const place = `amqp://${url.host}/${vhost}`;
  Object.assign(url, { username: userOf(vhost), password: PASSWORD });
  const lines: string[] = [];
  const log = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
  const broker = await openBroker({
    url: url.href,
    logger: { info: log, warn: log, error: log },
    // Many tries and checks within the time of a test.
    timing: { reopen: [20, 100], checkMs: 200, publishMs: 5_000 },
    onFatal: () => {},
  });
  onTestFinished(() => broker.close());
  return {
    broker,
    problem: () => expect.poll(() => broker.problem, soon),
    /** Whatever was tried since: one line about it, which names the server and nobody. */
    async expectOneLine(about: RegExp) {
      await new Promise((next) => setTimeout(next, 2_000));
      const found = lines.filter((line) => about.test(line));
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(place);
      expect(found.join()).not.toMatch(/user-of|hunter2|heartbeat/);
      expect(broker.problem).toContain(place);
      expect(broker.problem).not.toMatch(/user-of|hunter2|heartbeat/);
    },
  };
}

async function withChannel(work: (channel: import('amqplib').Channel) => Promise<unknown>): Promise<void> {
  const connection = await connect(`${server.url}/${vhost}`);
  await work(await connection.createChannel());
  await connection.close();
}

const works = (problem: ReturnType<Awaited<ReturnType<typeof open>>['problem']>) => problem.toBe(undefined);

test('a queue with other settings is a problem until it is deleted', async () => {
  await withChannel((channel) => channel.assertQueue(AFTER_ESTIMATE, { durable: true }));
  const { broker, problem, expectOneLine } = await open();
  await problem().toMatch(/a queue with other settings.*delete_queue.*inequivalent arg.*'after_estimate'/);
  await expectOneLine(/other settings/);
  await withChannel((channel) => channel.deleteQueue(AFTER_ESTIMATE));
  await broker.ready();
  await works(problem());
});

test('a queue that is replaced by one with other settings is a problem, also for a broker that worked', async () => {
  const { broker, problem } = await open();
  await broker.ready();
  await withChannel(async (channel) => {
    await channel.deleteQueue(TO_ESTIMATE);
    await channel.assertQueue(TO_ESTIMATE, { durable: true });
  });
  await problem().toMatch(/a queue with other settings.*'to_estimate'/);
  await withChannel((channel) => channel.deleteQueue(TO_ESTIMATE));
  await works(problem());
});

test.each([
  ['declare queues', [NONE, ALL, ALL]],
  ['write', [ALL, NONE, ALL]],
] as const)('a user that may not %s is a problem until it may', async (_, [configure, write, read]) => {
  await allow(configure, write, read);
  const { broker, problem, expectOneLine } = await open();
  await problem().toMatch(/the user of AMQP_URL lacks a right.*set_permissions.*ACCESS_REFUSED/);
  await expectOneLine(/lacks a right/);
  await allow(ALL, ALL, ALL);
  await broker.ready();
  await works(problem());
});

test('a right that was taken away is a problem without a message that needs it, until it is given back', async () => {
  const { broker, problem } = await open();
  await broker.ready();
  await works(problem());
  await allow(ALL, NONE, ALL);
  // A channel keeps the rights that it was opened with.
  await ctl('close_all_connections', '-p', vhost, 'closed by a test');
  await problem().toMatch(/lacks a right.*exchange/);
  // Not only now and then: it opens one channel after the other.
  for (let i = 0; i < 20; i++) {
    await new Promise((next) => setTimeout(next, 50));
    expect(broker.problem).toMatch(/lacks a right/);
  }
  await allow(ALL, ALL, ALL);
  await works(problem());
  await broker.publish(TO_ESTIMATE, { json: 'x' });
});

test('a user that may not read its queue is a problem until it may: connected, but not consuming', async () => {
  // Queues that send dead letters can be declared only with the right to read them.
  const { broker, problem } = await open();
  await broker.ready();
  await allow(ALL, ALL, `^(${TO_ESTIMATE}|${AFTER_ESTIMATE})$`);
  const consuming = broker.consume(TO_ESTIMATE_DEAD, 1, async () => {});
  await problem().toMatch(/lacks a right.*to_estimate.dead/);
  expect(broker.connected).toBe(true);
  await allow(ALL, ALL, ALL);
  await consuming;
  await works(problem());
});

test('a virtual host that is deleted is a problem until it is made again', async () => {
  const { broker, problem, expectOneLine } = await open();
  await broker.ready();
  const consumer = await broker.consume(TO_ESTIMATE, 1, async () => {});
  await ctl('delete_vhost', vhost);
  await problem().toMatch(/none of that name: check AMQP_URL's path, or make it/);
  await expectOneLine(/none of that name/);
  await server.addVhost(vhost);
  await allow(ALL, ALL, ALL);
  await works(problem());
  expect(consumer.attached).toBe(true);
});

test.each([
  [
    'memory',
    ['set_vm_memory_high_watermark', 'absolute', '1MB'],
    ['set_vm_memory_high_watermark', 'absolute', '500MB'],
  ],
  ['disk', ['set_disk_free_limit', '9000GB'], ['set_disk_free_limit', '50MB']],
])('an alarm over %s is a problem, though nothing was published, until it is over', async (what, raise, end) => {
  const { broker, problem, expectOneLine } = await open();
  await broker.ready();
  onTestFinished(async () => void (await ctl(...end)));
  await ctl(...raise);
  await problem().toMatch(new RegExp(`takes no messages, because of an alarm.*give it more.*low on ${what}`));
  await expectOneLine(/takes no messages/);
  const publishing = broker.publish(TO_ESTIMATE, { json: 'x' });
  await expect(publishing).rejects.toMatchObject({ grade: 'retryable', code: 'broker_blocked' });
  await ctl(...end);
  await works(problem());
  await broker.publish(TO_ESTIMATE, { json: 'x' });
});

test('a broker that starts during an alarm gets ready, and says so', async () => {
  onTestFinished(async () => void (await ctl('set_vm_memory_high_watermark', 'absolute', '500MB')));
  await ctl('set_vm_memory_high_watermark', 'absolute', '1MB');
  const { broker, problem } = await open();
  await broker.ready();
  await problem().toMatch(/low on memory/);
});

test('a broker that is closed before it was ready says so to who waits', async () => {
  await allow(NONE, NONE, NONE);
  const { broker } = await open();
  const ready = broker.ready();
  await broker.close();
  await expect(ready).rejects.toMatchObject({ code: 'broker_closed' });
});
