import { type AmqpServer, putWire, scanQueue, type WaitingMessage } from '@attrai/broker/amqp/scan-queue';
import { decode } from '@attrai/broker/wire-format';
import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { estimateRequest } from '@attrai/contracts/request';
import { estimateResult } from '@attrai/contracts/result';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import { type ParkedMessage, ParkedMessages, parkedKey, type UnreadableFile } from './replies/parked.ts';

/** A message nobody could handle, without anything a user sent. */
export interface DeadLetter {
  /** The request's id, or that of a parked message, made from its bytes and where it died. */
  id: string;
  /**
   * `waiting`: in `to_estimate.dead`, for the bot to tell its user; `parked`: nobody could read the message; `unreadable`:
   * nor can anybody read the file it was parked in.
   */
  state: 'waiting' | 'parked' | 'unreadable';
  /** ms since the epoch; undefined if it was put straight into the dead letters. */
  at: number | undefined;
  /** Where it died; undefined as for `at`. */
  queue: QueueName | undefined;
  why: string;
  /** Of the whole message; undefined if its file can't be read. */
  bytes: number | undefined;
}

/** What an operator can do with dead letters. `ids` undefined means all. Methods throw while RabbitMQ is away. */
export interface DeadLetters {
  list(): Promise<DeadLetter[]>;
  /**
   * Puts messages back into the queue they died in. Resolves to the ids of those put back, and tells `onRefused` of the
   * others why not: nobody knows their queue, a part of them was cut off, their deadline has passed, or their file can't be
   * read.
   */
  requeue(ids: string[] | undefined, onRefused: (id: string, why: string) => void): Promise<string[]>;
  /** Throws messages away. Resolves to their ids, and tells `onRefused` why a parked one could not be deleted. */
  drop(ids: string[] | undefined, onRefused: (id: string, why: string) => void): Promise<string[]>;
}

const REASONS: Record<string, string> = {
  delivery_limit: 'failed at every delivery',
  rejected: 'failed for good',
  expired: 'no estimator took it in time',
};

const UNKNOWN_QUEUE = 'nobody knows which queue it came from';

export function openDeadLetters(rabbitmq: AmqpServer, inbox: PhotoStore): DeadLetters {
  const parked = new ParkedMessages(inbox);
  const isMeant = (ids: string[] | undefined, id: string) => ids === undefined || ids.includes(id);

  return {
    async list() {
      const { messages, unreadable } = await parked.list();
      const letters = [...messages.map(describeParked), ...unreadable.map(describeUnreadable)];
      await scanQueue(rabbitmq, TO_ESTIMATE_DEAD, (message) => {
        letters.push(describeWaiting(message));
        return 'stay';
      });
      return letters;
    },

    async requeue(ids, onRefused) {
      const done: string[] = [];
      const { messages, unreadable } = await parked.list();
      for (const { key, problem } of unreadable) {
        if (isMeant(ids, key)) onRefused(key, problem);
      }
      for (const message of messages) {
        if (!isMeant(ids, message.key)) continue;
        if (message.diedIn === undefined) onRefused(message.key, UNKNOWN_QUEUE);
        else if (message.cut) onRefused(message.key, 'only its beginning was kept');
        else {
          await putWire(rabbitmq, message.diedIn, message);
          await parked.drop(message.key);
          done.push(message.key);
        }
      }
      await scanQueue(rabbitmq, TO_ESTIMATE_DEAD, (message) => {
        const id = idOf(message);
        if (!isMeant(ids, id)) return 'stay';
        const queue = message.diedIn ?? queueByContents(message);
        if (queue === undefined) {
          onRefused(id, UNKNOWN_QUEUE);
          return 'stay';
        }
        const { request } = read(message.wire);
        if (request && request.deadline <= Date.now()) {
          onRefused(id, 'its deadline has passed');
          return 'stay';
        }
        done.push(id);
        return { to: queue, expiresAt: request?.deadline };
      });
      return done;
    },

    async drop(ids, onRefused) {
      const done: string[] = [];
      const { messages, unreadable } = await parked.list();
      for (const { key } of [...messages, ...unreadable]) {
        if (!isMeant(ids, key)) continue;
        try {
          await parked.drop(key);
          done.push(key);
        } catch (error) {
          onRefused(key, (error as Error).message);
        }
      }
      await scanQueue(rabbitmq, TO_ESTIMATE_DEAD, (message) => {
        const id = idOf(message);
        if (!isMeant(ids, id)) return 'stay';
        done.push(id);
        return 'drop';
      });
      return done;
    },
  };
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
