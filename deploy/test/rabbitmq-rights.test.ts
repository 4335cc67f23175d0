import { connectBroker } from '@attrai/broker/connect-broker';
import { FinalError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { type RabbitmqServer, startRabbitmq } from '@attrai/test-servers/rabbitmq';
import { connect } from 'amqplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { text } from './stack-file.ts';

interface Definitions {
  vhosts: { name: string }[];
  users: { name: string; password: string; tags: string }[];
  permissions: { user: string; vhost: string; configure: string; write: string; read: string }[];
  policies: { vhost: string; name: string; pattern: string; definition: object }[];
}

/** As Swarm fills in the template; the secrets' values are their names. */
const definitions: Definitions = JSON.parse(
  text('deploy/rabbitmq/definitions.json.tmpl').replace(/\{\{ secret "([^"]+)" \}\}/g, '$1'),
);
const opened = new AsyncDisposableStack();
let rabbitmq: RabbitmqServer;

/** A RabbitMQ set up as the definitions say. */
beforeAll(async () => {
  rabbitmq = opened.use(await startRabbitmq());
  const ctl = (...args: string[]) => rabbitmq.run('rabbitmqctl', ...args);
  for (const { name } of definitions.vhosts) await ctl('add_vhost', name);
  for (const { name, password } of definitions.users) await ctl('add_user', name, password);
  for (const { vhost, user, configure, write, read } of definitions.permissions) {
    await ctl('set_permissions', '-p', vhost, user, configure, write, read);
  }
  for (const { vhost, name, pattern, definition } of definitions.policies) {
    await ctl('set_policy', '-p', vhost, '--apply-to', 'queues', name, pattern, JSON.stringify(definition));
  }
});
afterAll(() => opened.disposeAsync());

async function connectAs(service: string) {
  const url = new URL(
    text(`deploy/rabbitmq/amqp-url-${service}.tmpl`)
      .trim()
      .replace(/\{\{ secret "([^"]+)" \}\}/, '$1'),
  );
  const { port, hostname } = new URL(rabbitmq.url);
  url.host = `${hostname}:${port}`;
  const broker = await connectBroker({ url: url.href, onFatal() {} });
  opened.defer(() => broker.close());
  return broker;
}

test('a photo can go its way with the rights that bot and estimator have', { timeout: 120_000 }, async () => {
  // The bot declares the queues; the estimator has no right to tie a new one to the dead letters of others.
  const bot = await connectAs('bot');
  const estimator = await connectAs('estimator');
  const arrived: unknown[] = [];
  const done = Promise.withResolvers<void>();
  await bot.consume(AFTER_ESTIMATE, 1, async ({ json }) => void arrived.push(json));
  await bot.consume(TO_ESTIMATE_DEAD, 1, async ({ json }) => {
    arrived.push(json);
    done.resolve();
  });
  await estimator.consume(TO_ESTIMATE, 1, async ({ json }) => {
    if (json === 'bad') throw new FinalError('bad', 'bad');
    await estimator.publish(AFTER_ESTIMATE, { json: `result of ${json}` });
  });
  await bot.publish(TO_ESTIMATE, { json: 'photo' });
  await bot.publish(TO_ESTIMATE, { json: 'bad' });
  await done.promise;
  await expect.poll(() => arrived.toSorted()).toEqual(['bad', 'result of photo']);
  expect(await bot.depth(TO_ESTIMATE)).toBe(0);
});

test.each([AFTER_ESTIMATE, TO_ESTIMATE_DEAD])('an estimator may not read %s', async (queue) => {
  const { port, hostname } = new URL(rabbitmq.url);
  const connection = await connect(`amqp://estimator:rabbitmq_estimator_password@${hostname}:${port}/attrai`);
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  await expect(channel.consume(queue, () => {})).rejects.toThrow(/ACCESS_REFUSED/);
  await connection.close();
});

test('nobody is an administrator, and nobody has the password everybody knows', () => {
  expect(definitions.users.map(({ name, tags }) => [name, tags])).toEqual([
    ['bot', ''],
    ['estimator', ''],
  ]);
  expect(text('deploy/rabbitmq/rabbitmq.conf')).toMatch(/^load_definitions = /m);
});
