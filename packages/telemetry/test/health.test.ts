import { afterEach, describe, expect, test } from 'vitest';
import { type HealthServer, startHealthServer } from '../src/health.ts';

const servers: HealthServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(checks: Parameters<typeof startHealthServer>[0]['checks']) {
  const server = await startHealthServer({ port: 0, checks });
  servers.push(server);
  return async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, body: await response.json() };
  };
}

describe('startHealthServer', () => {
  test('is ready when all checks are ok, and says what fails until then', async () => {
    let consuming = false;
    const get = await serve({
      broker: () => ({ ok: consuming, reason: 'not consuming yet' }),
      models: () => ({ ok: true }),
    });
    expect(await get('/readyz')).toEqual({
      status: 503,
      body: { ok: false, failing: { broker: 'not consuming yet' } },
    });
    consuming = true;
    expect(await get('/readyz')).toEqual({ status: 200, body: { ok: true, failing: {} } });
  });

  test('is alive whatever its checks say', async () => {
    const get = await serve({ broker: () => ({ ok: false }) });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/elsewhere')).status).toBe(404);
  });

  test('names HEALTH_PORT when the port is taken', async () => {
    const first = await startHealthServer({ port: 0, checks: {} });
    servers.push(first);
    await expect(startHealthServer({ port: first.port, checks: {} })).rejects.toMatchObject({
      grade: 'fatal',
      code: 'port_unavailable',
      message: expect.stringContaining('HEALTH_PORT'),
    });
  });
});
