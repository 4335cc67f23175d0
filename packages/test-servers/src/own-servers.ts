import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { inject } from 'vitest';
import type { Answer } from './desk.ts';

/**
 * The URL of an empty RabbitMQ virtual host for this test file alone. Another call in the file empties it. The first call of a
 * run starts RabbitMQ (some 7 s). Throws an error that says what to do if no RabbitMQ can be started.
 */
export async function ownVhost(): Promise<string> {
  return borrow('rabbitmq');
}

/** The URL of an empty Redis database for this test file alone; as `ownVhost`. */
export async function ownRedis(): Promise<string> {
  return borrow('redis');
}

type Kind = 'rabbitmq' | 'redis';

/** Connections to the desk stay open, and with them the leases, until the process of this test file ends. */
const desks = new Map<Kind, Socket>();

async function borrow(kind: Kind): Promise<string> {
  const desk = desks.get(kind) ?? connect(inject('testServers'), '127.0.0.1').setEncoding('utf8');
  desks.set(kind, desk);
  desk.ref().write(`${kind}\n`);
  const [line] = await once(desk, 'data');
  desk.unref();
  const answer = JSON.parse(line) as Answer;
  if ('error' in answer) throw new Error(answer.error);
  return answer.url;
}
