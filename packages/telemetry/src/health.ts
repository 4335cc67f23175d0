import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FatalError } from '@attrai/contracts/errors';
import type { Registry } from 'prom-client';

export interface Check {
  ok: boolean;
  /** Why not, for the operator. */
  reason?: string;
}

export interface HealthOptions {
  /** 0 takes any free port. */
  port: number;
  /** Default: loopback, which is enough for a health check inside a container. */
  host?: string;
  /** Checks that fail while the process can't do its work. */
  checks: Checks;
  /** Checks that fail only if nothing but a new process helps. */
  alive?: Checks;
  /** Shown at /metrics. */
  registry?: Registry;
}

export type Checks = Record<string, () => Check>;

/** A check that fails while there is a problem. */
export function checkOf(problem: string | undefined): Check {
  return problem === undefined ? { ok: true } : { ok: false, reason: problem };
}

/**
 * Serves GET /healthz, which is 200 while the process answers at all and nothing of `alive` fails, GET /readyz, which is
 * 200 when all `checks` are ok, and GET /metrics in the text format of Prometheus. The first two are 503 otherwise and
 * answer `{ok, failing: {check: reason}}` as JSON.
 *
 * @throws FatalError `port_unavailable`
 */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const server = new HealthServer(options);
  await server.listen();
  return server;
}

export class HealthServer {
  #options: HealthOptions;
  #server: Server;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    const { port, host = '127.0.0.1' } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause: NodeJS.ErrnoException) => {
        const message =
          `HEALTH_PORT ${port} of HEALTH_HOST ${host} can't be listened on (${cause.code}). ` +
          'Set HEALTH_PORT to a free port, or to 0, and HEALTH_HOST to an address of this machine.';
        reject(new FatalError('port_unavailable', message, { cause }));
      });
      this.#server.listen(port, host, resolve);
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { checks, alive = {}, registry } = this.#options;
    const path = request.url?.split('?', 1)[0];
    if (path === '/healthz') answerChecks(response, alive);
    else if (path === '/readyz') answerChecks(response, checks);
    else if (path === '/metrics' && registry) void answerMetrics(response, registry);
    else answer(response, 404, 'application/json', JSON.stringify({ ok: false, failing: {} }));
  }
}

function answerChecks(response: ServerResponse, checks: Checks): void {
  const failing = failingOf(checks);
  const ok = Object.keys(failing).length === 0;
  answer(response, ok ? 200 : 503, 'application/json', JSON.stringify({ ok, failing }));
}

async function answerMetrics(response: ServerResponse, registry: Registry): Promise<void> {
  try {
    answer(response, 200, registry.contentType, await registry.metrics());
  } catch {
    answer(response, 500, 'text/plain', 'The metrics could not be collected.');
  }
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}

function failingOf(checks: Checks): Record<string, string> {
  const failing: Record<string, string> = {};
  for (const [name, check] of Object.entries(checks)) {
    const { ok, reason } = check();
    if (!ok) failing[name] = reason ?? 'not ok';
  }
  return failing;
}
