import { setTimeout as sleep } from 'node:timers/promises';
import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { RabbitmqServer } from '@attrai/test-servers/rabbitmq';
import type { Fault } from './fault.ts';
import { inFullWork, inMidPhoto } from './moments.ts';

/** Every channel that holds an unacknowledged message is closed with 406, as after `consumer_timeout` (30 min). */
const CLOSE_CHANNELS = `
  Old = application:get_env(rabbit, consumer_timeout),
  application:set_env(rabbit, consumer_timeout, 1),
  [Channel ! tick || Channel <- rabbit_channel:list()],
  timer:sleep(500),
  case Old of {ok, Value} -> application:set_env(rabbit, consumer_timeout, Value);
              undefined -> application:unset_env(rabbit, consumer_timeout) end.`;

/**
 * Every channel that consumes hears that its queue is gone, and cancels its consumer; the queue stays and keeps its
 * messages. (Deleting the queue would lose them, and a policy or a new leader cancels no consumer of a quorum queue.)
 */
const CANCEL_CONSUMERS = `
  [gen_server2:cast(element(3, Consumer), {queue_event, amqqueue:get_name(Queue),
      {amqqueue:get_pid(Queue), {machine, eol}}})
    || Queue <- rabbit_amqqueue:list(),
       Consumer <- [list_to_tuple([x, y | [proplists:get_value(channel_pid, C)]]) || C <- [
         lists:zip([queue_name, channel_pid, consumer_tag, ack_required, prefetch_count, active, activity_status, arguments], tl(tl(L)))
         || L <- []]]].`;

const MALFORMED: [QueueName, string][] = [
  [TO_ESTIMATE, 'not JSON at all'],
  [AFTER_ESTIMATE, '{"v":1,"id":"../../etc/passwd"}'],
  [TO_ESTIMATE_DEAD, '[]'],
];

async function evaluate(rabbitmq: RabbitmqServer, erlang: string): Promise<string> {
  return rabbitmq.run('rabbitmqctl', 'eval', erlang);
}

export const amqpFaults: Fault[] = [
  {
    name: 'RabbitMQ closes channels',
    async strike(stage) {
      const hit = await inMidPhoto(stage);
      await evaluate(stage.suite.rabbitmq, CLOSE_CHANNELS);
      return hit;
    },
  },
  {
    name: 'RabbitMQ cancels consumers',
    async strike(stage) {
      const hit = await inMidPhoto(stage);
      await evaluate(stage.suite.rabbitmq, CANCEL_CONSUMERS);
      return hit;
    },
  },
  {
    name: 'a malformed message in each queue',
    async strike(stage) {
      const hit = await inFullWork(stage);
      for (const [queue, body] of MALFORMED) await stage.suite.queues.put(queue, Buffer.from(body));
      return hit;
    },
    async check({ suite }) {
      const parked = (await suite.parked()).length;
      return parked === MALFORMED.length ? [] : [`${parked} of ${MALFORMED.length} malformed messages are parked`];
    },
  },
  {
    name: "RabbitMQ's memory alarm",
    async strike(stage) {
      const { rabbitmq } = stage.suite;
      const hit = await inFullWork(stage);
      await rabbitmq.run('rabbitmqctl', 'set_vm_memory_high_watermark', '0.000001');
      await sleep(stage.outageMs);
      await rabbitmq.run('rabbitmqctl', 'set_vm_memory_high_watermark', '0.4');
      return hit;
    },
  },
];
