import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below Linux's ephemeral ports (32768-60999, ip(7)): no outgoing connection takes the port before its server does. */
const FIRST = 15_000;
const LAST = 32_000;

/**
 * A TCP port of the loopback address that nobody listens on. No other caller on this machine gets it before this process ends: its
 * server may take seconds to listen, and may be down for a while.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(FIRST, LAST);
  return (await reserve(port)) && (await canListen(port)) ? port : freePort();
}

const ours = new Set<number>();

async function reserve(port: number): Promise<boolean> {
  if (ours.has(port)) return false;
  ours.add(port);
  if (process.platform !== 'linux') return true;
  // A name among Linux's abstract sockets (unix(7)) can be taken once, and is free again when its process ends.
  return await listens(createServer().unref().listen(`\0attrai-test-port-${port}`));
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    return await listens(server);
  } finally {
    server.close();
  }
}

async function listens(server: Server): Promise<boolean> {
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  }
}
