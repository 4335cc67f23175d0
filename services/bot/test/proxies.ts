import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface TestProxy extends AsyncDisposable {
  /** Without user and password. */
  readonly url: string;
  /** As its clients asked for them: `host:port`. */
  readonly targets: string[];
  /** Bytes that went through it to the targets. */
  readonly sent: number;
  /** Where all tunnels lead from now on, whatever the target: a port of the loopback address. */
  leadTo(port: number): void;
}

interface Seen {
  targets: string[];
  sent: number;
  leadsTo?: number;
}

export interface TestProxyOptions {
  /** `user:password`; without it everybody may use the proxy. */
  credentials?: string;
}

/** A proxy that knows CONNECT alone, as one for HTTPS has to; all else gets a page of HTML. */
export async function startHttpProxy({ credentials }: TestProxyOptions = {}): Promise<TestProxy> {
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const seen: Seen = { targets: [], sent: 0 };
  const server = createHttpServer((_request, response) => response.writeHead(405).end('<html>Not a web server</html>'));
  server.on('connect', (request, client: Socket) => {
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
      return client.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-type: text/html\r\n\r\n<html>Who?</html>',
      );
    }
    seen.targets.push(request.url!);
    const { hostname, port } = new URL(`http://${request.url}`);
    join(client, Number(port), hostname, seen, () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  });
  return listen(server, 'http', seen);
}

/** A proxy as of RFC 1928, with user and password as of RFC 1929. */
export async function startSocksProxy({ credentials }: TestProxyOptions = {}): Promise<TestProxy> {
  const seen: Seen = { targets: [], sent: 0 };
  const method = credentials === undefined ? 0 : 2;
  const server = createServer((client) => void serve(client).catch(() => client.destroy()));
  return listen(server, 'socks5', seen);

  async function serve(client: Socket): Promise<void> {
    client.on('error', () => client.destroy());
    const [, count] = await take(client, 2);
    const offered = await take(client, count!);
    if (!offered.includes(method)) return void client.end(Buffer.of(5, 0xff));
    client.write(Buffer.of(5, method));
    if (credentials !== undefined) {
      const [, userLength] = await take(client, 2);
      const user = await take(client, userLength!);
      const [passwordLength] = await take(client, 1);
      const password = await take(client, passwordLength!);
      const fits = `${user}:${password}` === credentials;
      client.write(Buffer.of(1, fits ? 0 : 1));
      if (!fits) return void client.end();
    }
    const [, , , kind] = await take(client, 4);
    const host =
      kind === 1 ? (await take(client, 4)).join('.') : String(await take(client, (await take(client, 1))[0]!));
    const port = (await take(client, 2)).readUInt16BE();
    seen.targets.push(`${host}:${port}`);
    join(client, port, host, seen, () => client.write(Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0)));
  }
}

async function take(from: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = from.read(count);
    if (bytes !== null) return bytes;
    await once(from, 'readable');
  }
}

function join(client: Socket, port: number, host: string, seen: Seen, opened: () => void): void {
  const upstream =
    seen.leadsTo === undefined ? connect(port, host, opened) : connect(seen.leadsTo, '127.0.0.1', opened);
  client.on('data', (chunk) => {
    seen.sent += chunk.length;
  });
  client.pipe(upstream).pipe(client);
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
  }
}

async function listen(server: Server, scheme: string, seen: Seen): Promise<TestProxy> {
  const clients = new Set<Socket>();
  server.on('connection', (client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets: seen.targets,
    get sent() {
      return seen.sent;
    },
    leadTo(port) {
      seen.leadsTo = port;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
