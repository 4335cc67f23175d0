import { connectBroker } from '@attrai/broker/connect-broker';
import type { BackOff } from '@attrai/broker/timing';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { ownVhost } from '@attrai/test-servers/own-servers';
import { connect } from 'amqplib';
import { onTestFinished } from 'vitest';
import { brokerConformance } from './conformance.ts';

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

brokerConformance({
  open,
  openAnother: () => connectBroker({ url, onFatal: () => {} }),
  async putRaw(queue, contentType, body) {
    channel.sendToQueue(queue, body, { contentType, persistent: true });
    await channel.waitForConfirms();
  },
  countsHandBacks: major < 4 || (major === 4 && minor < 3),
});
