import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below Linux's ephemeral ports (32768-60999, ip(7)): no outgoing connection takes the port before its server does. */
const FIRST = 15_000;
const LAST = 32_000;

/** A TCP port of the loopback address that nobody listens on now; taken at random, for the sake of tests beside this one. */
export async function freePort(): Promise<number> {
  const port = randomInt(FIRST, LAST);
  return (await canListen(port)) ? port : freePort();
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
