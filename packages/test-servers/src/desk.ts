import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Leases } from './leases.ts';

export interface Desk {
  readonly port: number;
  close(): Promise<void>;
}

/** The desk's answer, as a line of JSON. */
export type Answer = { url: string } | { error: string };

/**
 * Lends places to test files, which run in processes of their own. A test file connects, names a kind of place in a line, and
 * gets an Answer. The lease lasts until the connection closes, at the latest when the process ends. The same line again empties
 * the place.
 */
export async function openDesk(leases: Record<string, Leases>): Promise<Desk> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let lent: Promise<string> | undefined;
    createInterface({ input: socket }).on('line', async (line) => {
      const places = leases[line]!;
      const isNew = lent === undefined;
      lent ??= borrow(socket, places);
      socket.write(`${JSON.stringify(await answer(lent, isNew, places))}\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function borrow(socket: Socket, places: Leases): Promise<string> {
  const url = await places.lease();
  if (socket.destroyed) places.giveBack(url);
  else socket.once('close', () => places.giveBack(url));
  return url;
}

async function answer(lent: Promise<string>, isNew: boolean, places: Leases): Promise<Answer> {
  try {
    const url = await lent;
    if (!isNew) await places.empty(url);
    return { url };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
