import type { QueueName } from '@attrai/contracts/queues';
import type { Channel, Message } from 'amqplib';
import type { Consumer } from '../broker.ts';
import type { Timing } from '../timing.ts';
import { type Fates, type WorkContext, workOn } from '../work-on.ts';
import type { Connection } from './connection.ts';
import { keepChannel } from './kept-channel.ts';
import { goodbye } from './limited.ts';
import { causeOfDeath, declareQueues, diedInOf } from './topology.ts';

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
  message: Message;
  attempt: number;
  /** Of a message that was asked for beside another: lets that one be settled. */
  letOtherGo?(): void;
}

/** A message whose handler is at it. */
interface Work {
  arrival: Arrival;
  /** The handler has said so, at the message's first delivery. */
  readyForNext: boolean;
  /** Of the message that was asked for beside this one: it can't end the process any more. */
  besideIsSafe?: Promise<void>;
}

/**
 * Consumes a queue on a channel of its own; resolves when it is attached for the first time.
 *
 * When a process dies, RabbitMQ counts a failed delivery for each message it has in hand, and buries one of `to_estimate`
 * after MAX_DELIVERIES. So a message that ends its process must not take innocent ones with it, which is why the prefetch
 * alone doesn't fetch ahead. Once a handler is ready for the next, one more message is asked for and works beside it:
 *
 * - Only beside a message that is delivered for the first time, and only if it is itself: a message that was in hand at a
 *   death, be it the cause or not, is never again in work beside another. As long as none that is ready ends its process, it
 *   loses one of its deliveries at the most.
 * - What has been delivered before waits until the handler of the one in hand is done, so that the harm it may do hits
 *   nothing that is unfinished.
 * - Until the one that was asked for is ready for the next, too, the message beside it is not settled, done as it may be:
 *   RabbitMQ would send another at once, to wait beside one that may end the process.
 */
export async function startConsumer(spec: ConsumerSpec): Promise<Consumer> {
  const { connection, queue, prefetch, logger, timing } = spec;
  const stop = new AbortController();
  const stopping = AbortSignal.any([stop.signal, spec.closing]);
  const context: WorkContext = { ...spec, stopping };
  const inWork = new Set<Work>();
  /** In work, or done and not settled yet. */
  const unsettled = new Set<Promise<void>>();
  /** In hand and not in work: what came again after a lost channel while it was still in work, or waits to be alone. */
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
        if (message) arrive({ channel, message, attempt: attemptOf(message) });
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
    if (refusing || spec.closing.aborted) {
      giveBack(arrival);
    } else {
      waiting.push(arrival);
      startWaiting();
    }
  }

  function startWaiting(): void {
    while (waiting[0] && hasRoomFor(waiting[0])) work(waiting.shift()!);
  }

  function hasRoomFor({ attempt }: Arrival): boolean {
    const others = [...inWork];
    const inDanger = others.filter(({ readyForNext }) => !readyForNext).length;
    // More are in work only after a lost channel, when what is ready comes to its end without it.
    if (others.length > prefetch) return false;
    return inDanger < prefetch && (attempt === 1 || inDanger === others.length);
  }

  function work(arrival: Arrival): void {
    const { message, attempt } = arrival;
    const { headers, contentType } = message.properties;
    const wire = { contentType: String(contentType), body: message.content };
    const mine: Work = { arrival, readyForNext: false };
    inWork.add(mine);
    const readyForNext = () => makeReady(mine);
    const death = { diedIn: diedInOf(headers), ...causeOfDeath(headers) };
    const incoming = { queue, wire, attempt, ...death, readyForNext };
    const settled = workOn(incoming, fatesOf(arrival, mine), context).finally(() => unsettled.delete(settled));
    unsettled.add(settled);
  }

  function makeReady(mine: Work): void {
    if (mine.arrival.attempt > 1 || mine.readyForNext || !inWork.has(mine)) return;
    mine.readyForNext = true;
    mine.arrival.letOtherGo?.();
    askForNext();
    startWaiting();
  }

  /**
   * If one alone is in work, and ready for it. Unless that was asked for itself: then RabbitMQ sends the next without being asked,
   * since the one beside it is settled.
   */
  function askForNext(): void {
    const [one, another] = inWork;
    if (!one?.readyForNext || one.besideIsSafe || one.arrival.letOtherGo || another || stopping.aborted) return;
    one.besideIsSafe = untilNextIsSafe(one.arrival.channel);
  }

  /** Resolves when the next message, if there is one, can't end the process any more. */
  async function untilNextIsSafe(channel: Channel): Promise<void> {
    const { promise: safe, resolve: letOtherGo } = Promise.withResolvers<void>();
    channel.once('close', letOtherGo);
    try {
      const message = await channel.get(queue);
      if (message) arrive({ channel, message, attempt: attemptOf(message), letOtherGo });
      else letOtherGo();
    } catch {
      letOtherGo(); // The channel is lost.
    }
    await safe;
    channel.off('close', letOtherGo);
  }

  function fatesOf(arrival: Arrival, mine: Work): Fates {
    const { channel, message } = arrival;
    const leaveWork = () => {
      inWork.delete(mine);
      if (arrival.letOtherGo) {
        arrival.letOtherGo();
        // Whoever asked for it may ask for another.
        for (const other of inWork) delete other.besideIsSafe;
      }
      askForNext();
      startWaiting();
    };
    const settle = async (settlement: () => void) => {
      leaveWork();
      await mine.besideIsSafe;
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
        for (const unseen of waiting.splice(0)) giveBack(unseen);
        giveBack(arrival);
        leaveWork();
      },
    };
  }

  function giveBack({ channel, message, letOtherGo }: Arrival): void {
    letOtherGo?.();
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
  }

  await kept.opened();
  return {
    get attached() {
      return kept.current !== undefined && !stopping.aborted;
    },
    async stop() {
      await detach();
      while (unsettled.size > 0) await Promise.all(unsettled);
      await kept.close();
    },
  };
}

function attemptOf({ properties: { headers } }: Message): number {
  return Number(headers?.['x-delivery-count'] ?? 0) + 1;
}
