import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Leases } from './leases.ts';

export interface Desk {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Where test files, which run in processes of their own, ask for a place of their own: `POST /rabbitmq` lends one and
 * answers with its URL, `DELETE /rabbitmq` with that URL as its body gives it back; `/redis` likewise.
 */
export async function openDesk(leases: Record<string, Leases>): Promise<Desk> {
  const server = createServer(async (request, response) => {
    try {
      const asked = leases[request.url?.slice(1) ?? ''];
      if (asked === undefined) throw new Error(`Nothing is lent at ${request.url}`);
      let body = '';
      for await (const part of request.setEncoding('utf8')) body += part;
      if (request.method === 'DELETE') asked.giveBack(body);
      response.end(request.method === 'POST' ? await asked.lease() : '');
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.message : String(error));
    }
  });
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
