import type { BackOff } from '@attrai/contracts/back-off';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { ownVhost } from '@attrai/test-servers/own-servers';
import { startTcpProxy } from '@attrai/test-servers/tcp-proxy';
import { connect } from 'amqplib';
import { expect, onTestFinished, test } from 'vitest';
import { connectBroker } from '../src/connect-broker.ts';
import type { BrokerUnderTest } from './broker-under-test.ts';
import { brokerConformance } from './conformance.ts';
import { stoppingConformance } from './conformance-stopping.ts';

const url = await ownVhost();
const control = await connect(url);
const channel = await control.createConfirmChannel();
const [major = 0, minor = 0] = control.connection.serverProperties.version.split('.').map(Number);

async function open(onFatal: (error: unknown) => void, retry: BackOff) {
  const broker = await connectBroker({ url, onFatal, timing: { retry } });
  onTestFinished(async () => {
    await broker.close();
    for (const queue of [TO_ESTIMATE, AFTER_ESTIMATE, TO_ESTIMATE_DEAD]) await channel.purgeQueue(queue);
  });
  return broker;
}

const underTest: BrokerUnderTest = {
  open,
  openAnother: () => connectBroker({ url, onFatal: () => {} }),
  async putRaw(queue, contentType, body) {
    channel.sendToQueue(queue, body, { contentType, persistent: true });
    await channel.waitForConfirms();
  },
  countsHandBacks: major < 4 || (major === 4 && minor < 3),
};
brokerConformance(underTest);
stoppingConformance(underTest);

test('handles a message that was on its way when it stopped', async () => {
  const sender = await open(() => {}, [5, 50]);
  const target = new URL(url);
  const proxy = await startTcpProxy(Number(target.port || 5672));
  target.port = String(proxy.port);
  const broker = await connectBroker({ url: target.href, onFatal: () => {} });
  onTestFinished(async () => {
    await broker.close();
    await proxy.close();
  });
  const attempts: number[] = [];
  const consumer = await broker.consume(TO_ESTIMATE, 1, async ({ attempt }) => void attempts.push(attempt));
  proxy.stall();
  await sender.publish(TO_ESTIMATE, { json: 'x' });
  await expect.poll(() => sender.depth(TO_ESTIMATE)).toBe(0);
  const stopped = consumer.stop();
  proxy.resume();
  await stopped;
  expect(attempts).toEqual([1]);
  expect(await sender.depth(TO_ESTIMATE)).toBe(0);
});

/** The lines a broker logs that never gets a connection, from the first on for so long: many tries. */
async function linesWithout(unreachable: string, milliseconds: number): Promise<string[]> {
  const lines: string[] = [];
  const log = (_: object, message: string) => void lines.push(message);
  const logger = { info: log, warn: log, error: log };
  // It waits for RabbitMQ until the process ends.
  void connectBroker({ url: unreachable, logger, onFatal: () => {}, timing: { reopen: [20, 50] } });
  await expect.poll(() => lines.length, { timeout: 15_000 }).toBeGreaterThan(0);
  await new Promise((next) => setTimeout(next, milliseconds));
  return lines;
}

test('logs once, for all its tries, that RabbitMQ refuses the user or password', async () => {
  const wrong = new URL(url);
  wrong.password = 'rotated';
  const lines = await linesWithout(wrong.href, 3_000);
  expect(lines).toEqual([expect.stringMatching(/^RabbitMQ refuses the user or password: check AMQP_URL/)]);
});

test('logs once, for all its tries, that it waits for RabbitMQ', async () => {
  const lines = await linesWithout('amqp://u:p@127.0.0.1:9', 1_000);
  expect(lines).toEqual([expect.stringMatching(/can not connect to RabbitMQ \(AMQP_URL\): waiting for it/)]);
});
