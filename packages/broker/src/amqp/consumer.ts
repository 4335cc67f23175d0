import type { QueueName } from '@attrai/contracts/queues';
import type { Channel, Message } from 'amqplib';
import type { Consumer } from '../broker.ts';
import type { Timing } from '../timing.ts';
import { type Fates, type WorkContext, workOn } from '../work-on.ts';
import type { Connection } from './connection.ts';
import { KeptChannel } from './kept-channel.ts';
import { goodbye } from './limited.ts';
import type { Problems } from './problems.ts';
import { causeOfDeath, declareQueues, diedInOf } from './topology.ts';

export interface ConsumerSpec extends Omit<WorkContext, 'stopping'> {
  connection: Connection;
  timing: Timing;
  problems: Problems;
  queue: QueueName;
  prefetch: number;
  /** Aborted when the connection is closed for good. */
  closing: AbortSignal;
}

/** A message that RabbitMQ has delivered. */
interface Arrival {
  channel: Channel;
  message: Message;
  attempt: number;
  /** Of a message that was fetched to run beside another: lets that one be acknowledged. */
  letOtherGo?(): void;
}

/** A message whose handler runs. */
interface Run {
  arrival: Arrival;
  /** The handler has called `readyForNext`, at the message's first delivery. */
  readyForNext: boolean;
  /** Resolves when the message that was fetched to run beside this one can't kill the process any more. */
  otherIsSafe?: Promise<void>;
}

/**
 * Consumes a queue on a channel of its own.
 *
 * When a process dies, RabbitMQ counts a failed delivery for each message that it had in flight, and moves a message of
 * `to_estimate` to the dead letters after MAX_DELIVERIES. A message that kills its process must not take others with it, so a
 * larger prefetch is no way to overlap two messages. Instead, once a handler is ready for the next, one more message is
 * fetched and handled beside it:
 *
 * - Both must be delivered for the first time. A message that was in flight when a process died, whether it was the cause or
 *   not, never overlaps with another again. As long as no message kills its process after `readyForNext`, an innocent message
 *   loses one delivery at most.
 * - A redelivered message waits until no other handler runs.
 * - The first message is not acknowledged before the second is ready for the next or done, even if its own handler is done.
 *   RabbitMQ would deliver a third at once, and that would be in flight beside one that may still kill the process.
 */
export class QueueConsumer implements Consumer {
  #spec: ConsumerSpec;
  #context: WorkContext;
  #channel: KeptChannel<Channel>;
  #consumerTag = '';
  #stop = new AbortController();
  #stopping: AbortSignal;
  /** Messages that arrive are requeued without being handled. */
  #refusing = false;
  /** Delivered, not started: redelivered after a lost channel while the first run goes on, or waiting to run alone. */
  #waiting: Arrival[] = [];
  #running = new Set<Run>();
  /** Running, or done and not acknowledged yet. */
  #unsettled = new Set<Promise<void>>();

  private constructor(spec: ConsumerSpec) {
    const { connection, queue, timing, problems } = spec;
    this.#spec = spec;
    this.#stopping = AbortSignal.any([this.#stop.signal, spec.closing]);
    this.#context = { ...spec, stopping: this.#stopping };
    this.#channel = new KeptChannel<Channel>({
      name: `consume ${queue}`,
      create: () => connection.model.createChannel(),
      prepare: (channel) => this.#attach(channel),
      stopping: this.#stopping,
      timing,
      problems,
    });
  }

  /** Resolves when the consumer is attached for the first time. */
  static async start(spec: ConsumerSpec): Promise<QueueConsumer> {
    const consumer = new QueueConsumer(spec);
    await consumer.#channel.opened();
    return consumer;
  }

  get attached(): boolean {
    return this.#channel.current !== undefined && !this.#stopping.aborted;
  }

  /** The queue it should consume and doesn't; undefined if it does, or was stopped. */
  get missing(): QueueName | undefined {
    return this.attached || this.#stopping.aborted ? undefined : this.#spec.queue;
  }

  async stop(): Promise<void> {
    await this.#detach();
    while (this.#unsettled.size > 0) await Promise.all(this.#unsettled);
    await this.#channel.close();
  }

  async #attach(channel: Channel): Promise<void> {
    const { queue, prefetch } = this.#spec;
    channel.once('close', () => {
      // RabbitMQ redelivers what came over a lost channel.
      this.#waiting = this.#waiting.filter((arrival) => arrival.channel !== channel);
    });
    await declareQueues(channel);
    await channel.prefetch(prefetch);
    const attached = await channel.consume(queue, (message) => {
      if (message) this.#arrive({ channel, message, attempt: attemptOf(message) });
      else this.#onCancel(channel);
    });
    this.#consumerTag = attached.consumerTag;
  }

  /** RabbitMQ has cancelled the consumer, as it does when the queue is deleted. */
  #onCancel(channel: Channel): void {
    this.#spec.logger.warn({ queue: this.#spec.queue }, 'RabbitMQ cancelled the consumer; attaching again');
    this.#channel.renew(channel);
  }

  #arrive(arrival: Arrival): void {
    if (this.#refusing || this.#spec.closing.aborted) {
      requeue(arrival);
    } else {
      this.#waiting.push(arrival);
      this.#startWaiting();
    }
  }

  #startWaiting(): void {
    while (this.#waiting[0] && this.#hasRoomFor(this.#waiting[0])) this.#start(this.#waiting.shift()!);
  }

  #hasRoomFor({ attempt }: Arrival): boolean {
    const { prefetch } = this.#spec;
    const others = [...this.#running];
    const notReady = others.filter(({ readyForNext }) => !readyForNext).length;
    // More than prefetch run only after a lost channel, while those that are ready finish without it.
    if (others.length > prefetch) return false;
    return notReady < prefetch && (attempt === 1 || notReady === others.length);
  }

  #start(arrival: Arrival): void {
    const { message, attempt } = arrival;
    const { headers, contentType } = message.properties;
    const wire = { contentType: String(contentType), body: message.content };
    const run: Run = { arrival, readyForNext: false };
    this.#running.add(run);
    const readyForNext = () => this.#makeReady(run);
    const death = { diedIn: diedInOf(headers), ...causeOfDeath(headers) };
    const incoming = { queue: this.#spec.queue, wire, attempt, ...death, readyForNext };
    const settled = workOn(incoming, this.#fatesOf(run), this.#context).finally(() => this.#unsettled.delete(settled));
    this.#unsettled.add(settled);
  }

  #makeReady(run: Run): void {
    if (run.arrival.attempt > 1 || run.readyForNext || !this.#running.has(run)) return;
    run.readyForNext = true;
    run.arrival.letOtherGo?.();
    this.#fetchNext();
    this.#startWaiting();
  }

  /**
   * Fetches one more message if one runs alone and is ready for it. Not if that one was fetched itself: the message beside it
   * is acknowledged by then, so that RabbitMQ delivers the next on its own.
   */
  #fetchNext(): void {
    const [run, another] = this.#running;
    if (!run?.readyForNext || run.otherIsSafe || run.arrival.letOtherGo || another || this.#stopping.aborted) return;
    run.otherIsSafe = this.#untilNextIsSafe(run.arrival.channel);
  }

  /** Resolves when the next message, if there is one, can't kill the process any more. */
  async #untilNextIsSafe(channel: Channel): Promise<void> {
    const { promise: safe, resolve: letOtherGo } = Promise.withResolvers<void>();
    channel.once('close', letOtherGo);
    try {
      const message = await channel.get(this.#spec.queue);
      if (message) this.#arrive({ channel, message, attempt: attemptOf(message), letOtherGo });
      else letOtherGo();
    } catch {
      letOtherGo(); // The channel is lost.
    }
    await safe;
    channel.off('close', letOtherGo);
  }

  #fatesOf(run: Run): Fates {
    const { channel, message } = run.arrival;
    return {
      done: () => this.#settle(run, () => channel.ack(message)),
      // `reject`, not `nack`: since RabbitMQ 4.3 only that counts as a failed delivery.
      retry: () => this.#settle(run, () => channel.reject(message, true)),
      dead: () => this.#settle(run, () => channel.reject(message, false)),
      handBack: async () => {
        this.#refusing = true;
        await this.#detach();
        for (const arrival of this.#waiting.splice(0)) requeue(arrival);
        requeue(run.arrival);
        this.#end(run);
      },
    };
  }

  async #settle(run: Run, settlement: () => void): Promise<void> {
    this.#end(run);
    await run.otherIsSafe;
    try {
      settlement();
    } catch {
      const message = 'a message was settled after its channel was lost; it will be delivered again';
      this.#spec.logger.warn({ queue: this.#spec.queue }, message);
    }
  }

  #end(run: Run): void {
    this.#running.delete(run);
    if (run.arrival.letOtherGo) {
      run.arrival.letOtherGo();
      // The run that fetched this message may fetch another.
      for (const other of this.#running) delete other.otherIsSafe;
    }
    this.#fetchNext();
    this.#startWaiting();
  }

  /**
   * Messages that RabbitMQ delivers before it confirms are handled like the others. Before 4.3, requeueing them would cost
   * each a delivery.
   */
  async #detach(): Promise<void> {
    this.#stop.abort();
    if (this.#channel.current) await goodbye(this.#channel.current.cancel(this.#consumerTag));
    this.#refusing = true;
  }
}

function requeue({ channel, message, letOtherGo }: Arrival): void {
  letOtherGo?.();
  try {
    channel.nack(message, false, true);
  } catch {
    // With the channel lost, RabbitMQ has requeued the message.
  }
}

function attemptOf({ properties: { headers } }: Message): number {
  return Number(headers?.['x-delivery-count'] ?? 0) + 1;
}
