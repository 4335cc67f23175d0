import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FatalError } from '@attrai/contracts/errors';

export interface Check {
  ok: boolean;
  /** Why not, for the operator. */
  reason?: string;
}

export interface HealthOptions {
  /** 0 takes a free one. */
  port: number;
  /** Loopback by default: enough for a health check inside a container. */
  host?: string;
  checks: Record<string, () => Check>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves GET /healthz, which is 200 while the process can answer at all, and GET /readyz, which is 200 when all
 * `checks` are ok, else 503. Both answer `{ok, failing: {check: reason}}` as JSON.
 *
 * @throws FatalError `port_unavailable`
 */
export async function startHealthServer({ port, host = '127.0.0.1', checks }: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    const known = path === '/healthz' || path === '/readyz';
    const failing = path === '/readyz' ? failingOf(checks) : {};
    const ok = known && Object.keys(failing).length === 0;
    response.writeHead(known ? (ok ? 200 : 503) : 404, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    response.end(JSON.stringify({ ok, failing }));
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `HEALTH_PORT ${port} can't be listened on (${cause.code}). Set HEALTH_PORT to a free port, or to 0.`;
      reject(new FatalError('port_unavailable', message, { cause }));
    });
    server.listen(port, host, resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function failingOf(checks: HealthOptions['checks']): Record<string, string> {
  const failing: Record<string, string> = {};
  for (const [name, check] of Object.entries(checks)) {
    const { ok, reason } = check();
    if (!ok) failing[name] = reason ?? 'not ok';
  }
  return failing;
}
