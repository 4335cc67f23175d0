import { type AmqpServer, putWire, scanQueue, type WaitingMessage } from '@attrai/broker/amqp/scan-queue';
import { decode } from '@attrai/broker/wire-format';
import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { estimateRequest } from '@attrai/contracts/request';
import { estimateResult } from '@attrai/contracts/result';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import { type ParkedMessage, ParkedMessages, parkedKey, type UnreadableFile } from './replies/parked.ts';

/** A message nobody could handle, without its contents. */
export interface DeadLetter {
  /** That of the request, or the key of a parked message. */
  id: string;
  /**
   * - waiting: in `to_estimate.dead`; the bot will tell its user
   * - parked: nobody could read the message
   * - unreadable: the file of a parked message can't be read
   */
  state: 'waiting' | 'parked' | 'unreadable';
  /** When it died, ms since the epoch; undefined if it was put into the dead letters by hand. */
  at: number | undefined;
  /** Where it died; undefined as `at`. */
  queue: QueueName | undefined;
  why: string;
  /** Of the whole message; undefined if its file can't be read. */
  bytes: number | undefined;
}

type OnRefused = (id: string, why: string) => void;

const REASONS: Record<string, string> = {
  delivery_limit: 'failed at every delivery',
  rejected: 'failed for good',
  expired: 'no estimator took it in time',
};

const UNKNOWN_QUEUE = 'nobody knows which queue it came from';

/** What an operator can do with dead letters. `ids` undefined means all. Methods throw while RabbitMQ is away. */
export class DeadLetters {
  #rabbitmq: AmqpServer;
  #parked: ParkedMessages;

  constructor(rabbitmq: AmqpServer, inbox: PhotoStore) {
    this.#rabbitmq = rabbitmq;
    this.#parked = new ParkedMessages(inbox);
  }

  async list(): Promise<DeadLetter[]> {
    const { messages, unreadable } = await this.#parked.list();
    const letters = [...messages.map(describeParked), ...unreadable.map(describeUnreadable)];
    await scanQueue(this.#rabbitmq, TO_ESTIMATE_DEAD, (message) => {
      letters.push(describeWaiting(message));
      return 'stay';
    });
    return letters;
  }

  /**
   * Puts messages back into the queue they died in. Resolves to their ids. `onRefused` gets the others: nobody knows their queue, a
   * part of them was cut off, their deadline has passed, or their file can't be read.
   */
  async requeue(ids: string[] | undefined, onRefused: OnRefused): Promise<string[]> {
    const done = await this.#requeueParked(ids, onRefused);
    await scanQueue(this.#rabbitmq, TO_ESTIMATE_DEAD, (message) => {
      const id = idOf(message);
      if (!isMeant(ids, id)) return 'stay';
      const queue = message.diedIn ?? queueByContents(message);
      const { request } = read(message.wire);
      const isLate = request !== undefined && request.deadline <= Date.now();
      if (queue === undefined || isLate) {
        onRefused(id, queue === undefined ? UNKNOWN_QUEUE : 'its deadline has passed');
        return 'stay';
      }
      done.push(id);
      return { to: queue, expiresAt: request?.deadline };
    });
    return done;
  }

  /** Deletes messages. Resolves to their ids. `onRefused` gets parked ones that could not be deleted. */
  async drop(ids: string[] | undefined, onRefused: OnRefused): Promise<string[]> {
    const done: string[] = [];
    const { messages, unreadable } = await this.#parked.list();
    for (const { key } of [...messages, ...unreadable].filter(({ key }) => isMeant(ids, key))) {
      try {
        await this.#parked.drop(key);
        done.push(key);
      } catch (error) {
        onRefused(key, (error as Error).message);
      }
    }
    await scanQueue(this.#rabbitmq, TO_ESTIMATE_DEAD, (message) => {
      const id = idOf(message);
      if (!isMeant(ids, id)) return 'stay';
      done.push(id);
      return 'drop';
    });
    return done;
  }

  async #requeueParked(ids: string[] | undefined, onRefused: OnRefused): Promise<string[]> {
    const done: string[] = [];
    const { messages, unreadable } = await this.#parked.list();
    for (const { key, problem } of unreadable) if (isMeant(ids, key)) onRefused(key, problem);
    for (const message of messages.filter(({ key }) => isMeant(ids, key))) {
      const { key, diedIn, cut } = message;
      if (diedIn === undefined) onRefused(key, UNKNOWN_QUEUE);
      else if (cut) onRefused(key, 'only its beginning was kept');
      else {
        await putWire(this.#rabbitmq, diedIn, message);
        await this.#parked.drop(key);
        done.push(key);
      }
    }
    return done;
  }
}

function isMeant(ids: string[] | undefined, id: string): boolean {
  return ids === undefined || ids.includes(id);
}

function describeParked({ key, at, diedIn, why, bytes }: ParkedMessage): DeadLetter {
  return { id: key, state: 'parked', at, queue: diedIn, why, bytes };
}

function describeUnreadable({ key, problem }: UnreadableFile): DeadLetter {
  return { id: key, state: 'unreadable', at: undefined, queue: undefined, why: problem, bytes: undefined };
}

function describeWaiting(message: WaitingMessage): DeadLetter {
  const { diedIn, diedAt, reason, wire } = message;
  const why = reason === undefined ? 'put here by hand' : (REASONS[reason] ?? reason);
  return { id: idOf(message), state: 'waiting', at: diedAt, queue: diedIn, why, bytes: wire.body.length };
}

function idOf({ diedIn, wire }: WaitingMessage): string {
  const { request, result } = read(wire);
  return request?.id ?? result?.id ?? parkedKey({ diedIn, body: wire.body });
}

function queueByContents({ wire }: WaitingMessage): QueueName | undefined {
  const { request, result } = read(wire);
  if (request) return TO_ESTIMATE;
  return result && AFTER_ESTIMATE;
}

function read(wire: WaitingMessage['wire']) {
  try {
    const { json } = decode(wire);
    return { request: estimateRequest.safeParse(json).data, result: estimateResult.safeParse(json).data };
  } catch {
    return {};
  }
}
