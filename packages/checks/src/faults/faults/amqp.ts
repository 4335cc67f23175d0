import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { RabbitmqServer } from '@attrai/test-servers/rabbitmq';
import type { Suite } from '../../harness/suite/suite.ts';
import type { Fault } from './fault.ts';
import { inMidPhoto } from './moments.ts';

/** How long a channel may hold a message unacknowledged, ms. It applies to channels opened afterwards. */
const setConsumerTimeout = (ms: number) => `application:set_env(rabbit, consumer_timeout, ${ms}).`;
const USUAL_CONSUMER_TIMEOUT_MS = 1_800_000;
/** Has every channel check now, not only once a minute, whether it holds a message for too long. Such a channel is closed (406). */
const CHECK_CONSUMER_TIMEOUT = '[Channel ! tick || Channel <- rabbit_channel:list()].';

/**
 * Every consumer's client is told that its consumer is cancelled, and the queues stay as they are. (Deleting a queue
 * would lose its messages; no policy cancels a consumer; a new leader takes the consumers over.)
 */
const CANCEL_CONSUMERS = `
  [rabbit_channel:send_command(proplists:get_value(channel_pid, Consumer),
      {'basic.cancel', proplists:get_value(consumer_tag, Consumer), true})
    || Consumer <- rabbit_amqqueue:consumers_all(<<"/">>)].`;

/** All are parked for the operator in the end. */
const MALFORMED: [QueueName, string][] = [
  [TO_ESTIMATE, 'not JSON at all'],
  [TO_ESTIMATE, '{"v":99}'],
  [AFTER_ESTIMATE, '{"v":1,"id":"../../etc/passwd"}'],
  [TO_ESTIMATE_DEAD, '[]'],
  [TO_ESTIMATE_DEAD, 'neither'],
];

async function evaluate(rabbitmq: RabbitmqServer, erlang: string): Promise<string> {
  return rabbitmq.run('rabbitmqctl', 'eval', erlang);
}

async function reopenChannels({ rabbitmq }: Suite, consumerTimeoutMs: number): Promise<void> {
  await evaluate(rabbitmq, setConsumerTimeout(consumerTimeoutMs));
  await rabbitmq.closeConnections();
}

export const amqpFaults: Fault[] = [
  {
    name: 'RabbitMQ closes the channels that hold messages',
    prepare: (suite) => reopenChannels(suite, 1),
    moment: inMidPhoto,
    async strike({ suite }) {
      await evaluate(suite.rabbitmq, CHECK_CONSUMER_TIMEOUT);
    },
    restore: (suite) => reopenChannels(suite, USUAL_CONSUMER_TIMEOUT_MS),
  },
  {
    name: 'RabbitMQ cancels consumers',
    moment: inMidPhoto,
    async strike({ suite }) {
      await evaluate(suite.rabbitmq, CANCEL_CONSUMERS);
    },
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
