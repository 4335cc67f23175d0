import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { Suite } from '../../harness/suite/suite.ts';
import type { Fault } from './fault.ts';
import { inMidPhoto } from './moments.ts';

const USUAL_CONSUMER_TIMEOUT_MS = 1_800_000;
/** Makes all channels check now, not once a minute, for messages that are unacknowledged for too long. They are closed (406). */
const CHECK_CONSUMER_TIMEOUT = '[Channel ! tick || Channel <- rabbit_channel:list()].';

/**
 * Tells all clients that their consumers are cancelled, and keeps the queues. Nothing simpler does that: deleting a queue
 * would lose messages, no policy cancels consumers, and a new leader keeps them.
 */
const CANCEL_CONSUMERS = `
  [rabbit_channel:send_command(proplists:get_value(channel_pid, Consumer),
      {'basic.cancel', proplists:get_value(consumer_tag, Consumer), true})
    || Consumer <- rabbit_amqqueue:consumers_all(<<"/">>)].`;

/** The bot must park them for the operator. */
const MALFORMED: [QueueName, string][] = [
  [TO_ESTIMATE, 'not JSON at all'],
  [TO_ESTIMATE, '{"v":99}'],
  [AFTER_ESTIMATE, '{"v":1,"id":"../../etc/passwd"}'],
  [TO_ESTIMATE_DEAD, '[]'],
  [TO_ESTIMATE_DEAD, 'neither'],
];

async function evaluate({ rabbitmq }: Suite, erlang: string): Promise<void> {
  await rabbitmq.run('rabbitmqctl', 'eval', erlang);
}

/** Sets how long a channel may hold a message unacknowledged. Only new channels obey. */
async function reopenChannels(suite: Suite, consumerTimeoutMs: number): Promise<void> {
  await evaluate(suite, `application:set_env(rabbit, consumer_timeout, ${consumerTimeoutMs}).`);
  await suite.rabbitmq.closeConnections();
}

export const amqpFaults: Fault[] = [
  {
    name: 'RabbitMQ closes the channels that hold messages',
    prepare: (suite) => reopenChannels(suite, 1),
    moment: inMidPhoto,
    strike: ({ suite }) => evaluate(suite, CHECK_CONSUMER_TIMEOUT),
    restore: (suite) => reopenChannels(suite, USUAL_CONSUMER_TIMEOUT_MS),
  },
  {
    name: 'RabbitMQ cancels consumers',
    moment: inMidPhoto,
    strike: ({ suite }) => evaluate(suite, CANCEL_CONSUMERS),
  },
  {
    name: 'a malformed message in each queue',
    async strike({ suite }) {
      for (const [queue, body] of MALFORMED) await suite.queues.put(queue, Buffer.from(body));
    },
    async check({ suite }) {
      const parked = await suite.files.parked();
      for (const file of parked) await rm(file);
      const { length } = MALFORMED;
      return parked.length === length ? [] : [`${parked.length} malformed messages are parked, not ${length}`];
    },
  },
  {
    name: "RabbitMQ's memory alarm",
    async strike({ suite: { rabbitmq }, outageMs }) {
      await rabbitmq.run('rabbitmqctl', 'set_vm_memory_high_watermark', '0.000001');
      await sleep(outageMs);
      await rabbitmq.run('rabbitmqctl', 'set_vm_memory_high_watermark', '0.4');
    },
  },
];
