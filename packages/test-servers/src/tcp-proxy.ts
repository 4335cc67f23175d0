import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Breaks all open connections. New ones are accepted. */
  cut(): void;
  /** Breaks the first connection on which `text` comes back, before it arrives. Resolves when that is done. */
  cutBefore(text: string): Promise<void>;
  /** Passes nothing on, in either direction, also on new connections, and closes none (half-open connections). */
  stall(): void;
  /** Ends a stall and passes on what was held back. */
  resume(): void;
  /** Breaks all open connections and accepts no more. */
  close(): Promise<void>;
}

/** Listens on a port of its own on the loopback address and passes everything on to `port` there. */
export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const pairs = new Set<[Socket, Socket]>();
  let stalled = false;
  let cutting: { text: string; done(): void } | undefined;

  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const [from, to] of [pair, pair.toReversed() as [Socket, Socket]]) {
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
      if (!stalled) from.pipe(to);
    }
    // Before the pipe's own listener, and without starting the flow as `on` does.
    upstream.prependListener('data', (chunk) => {
      if (!cutting || !chunk.includes(cutting.text)) return;
      client.destroy();
      cutting.done();
      cutting = undefined;
    });
  });

  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    cut,
    cutBefore: (text) =>
      new Promise((done) => {
        cutting = { text, done };
      }),
    stall() {
      stalled = true;
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream).pause();
        upstream.unpipe(client).pause();
      }
    },
    resume() {
      stalled = false;
      for (const [client, upstream] of pairs) {
        client.pipe(upstream);
        upstream.pipe(client);
      }
    },
    async close() {
      cut();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
