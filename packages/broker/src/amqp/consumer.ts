import type { QueueName } from '@attrai/contracts/queues';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { Consumer } from '../broker.ts';
import type { Timing } from '../timing.ts';
import { type Fates, type WorkContext, workOn } from '../work-on.ts';
import type { Connection } from './connection.ts';
import { keepChannel } from './kept-channel.ts';
import { goodbye } from './limited.ts';
import { declareQueues, diedInOf } from './topology.ts';

export interface ConsumerSpec extends Omit<WorkContext, 'stopping'> {
  connection: Connection;
  timing: Timing;
  queue: QueueName;
  prefetch: number;
  /** Aborted when the connection is closed for good. */
  closing: AbortSignal;
}

interface Arrival {
  channel: Channel;
  message: ConsumeMessage;
}

/** Consumes a queue on a channel of its own; resolves when it is attached for the first time. */
export async function startConsumer(spec: ConsumerSpec): Promise<Consumer> {
  const { connection, queue, prefetch, logger, timing } = spec;
  const stop = new AbortController();
  const stopping = AbortSignal.any([stop.signal, spec.closing]);
  const context: WorkContext = { ...spec, stopping };
  const inHand = new Set<Promise<void>>();
  /** Only after a lost channel: its messages are still in work when new ones arrive. */
  let waiting: Arrival[] = [];
  /** What arrives goes back unseen. */
  let refusing = false;
  let consumerTag = '';

  const kept = keepChannel<Channel>({
    name: `consume ${queue}`,
    create: () => connection.model.createChannel(),
    async prepare(channel) {
      channel.once('close', () => {
        // What came over a channel that is lost comes again.
        waiting = waiting.filter((arrival) => arrival.channel !== channel);
      });
      await declareQueues(channel);
      await channel.prefetch(prefetch);
      const attached = await channel.consume(queue, (message) => {
        if (message) arrive({ channel, message });
        else onCancel(channel);
      });
      consumerTag = attached.consumerTag;
    },
    stopping,
    timing,
    logger,
  });

  /** RabbitMQ has cancelled the consumer, as it does when the queue is deleted. */
  function onCancel(channel: Channel): void {
    logger.warn({ queue }, 'RabbitMQ cancelled the consumer; attaching again');
    kept.renew(channel);
  }

  function arrive(arrival: Arrival): void {
    if (refusing || spec.closing.aborted) giveBack(arrival);
    else if (inHand.size < prefetch) work(arrival);
    else waiting.push(arrival);
  }

  function work({ channel, message }: Arrival): void {
    const { headers, contentType } = message.properties;
    const attempt = Number(headers?.['x-delivery-count'] ?? 0) + 1;
    const wire = { contentType: String(contentType), body: message.content };
    const diedIn = diedInOf(headers);
    const done = workOn({ queue, wire, attempt, diedIn }, fatesOf({ channel, message }), context).finally(() => {
      inHand.delete(done);
      const next = waiting.shift();
      if (next) arrive(next);
    });
    inHand.add(done);
  }

  function fatesOf(arrival: Arrival): Fates {
    const { channel, message } = arrival;
    const settle = (settlement: () => void) => {
      try {
        settlement();
      } catch {
        logger.warn({ queue }, 'a message was settled after its channel was lost; it will be delivered again');
      }
    };
    return {
      done: () => settle(() => channel.ack(message)),
      // `reject`, not `nack`: since RabbitMQ 4.3 only that counts as a failed delivery.
      retry: () => settle(() => channel.reject(message, true)),
      dead: () => settle(() => channel.reject(message, false)),
      async handBack() {
        refusing = true;
        await detach();
        giveBack(arrival);
      },
    };
  }

  function giveBack({ channel, message }: Arrival): void {
    try {
      channel.nack(message, false, true);
    } catch {
      // The channel is lost, and with it our hold on the message.
    }
  }

  /**
   * What RabbitMQ has sent before it confirms is worked on like what was in hand: before 4.3, giving it back would take
   * an attempt of a message that nothing is wrong with.
   */
  async function detach(): Promise<void> {
    stop.abort();
    if (kept.current) await goodbye(kept.current.cancel(consumerTag));
    refusing = true;
    for (const arrival of waiting.splice(0)) giveBack(arrival);
  }

  await kept.opened();
  return {
    get attached() {
      return kept.current !== undefined && !stopping.aborted;
    },
    async stop() {
      await detach();
      await Promise.all(inHand);
      await kept.close();
    },
  };
}
