import { Counter, Gauge, Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { type Checks, type HealthOptions, type HealthServer, startHealthServer } from '../src/health.ts';

const servers: HealthServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(checks: Checks, more: Partial<HealthOptions> = {}) {
  const server = await startHealthServer({ port: 0, checks, ...more });
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
    expect((await get('/metrics')).status).toBe(404);
  });

  test('is not alive when only a new process would help', async () => {
    const get = await serve({}, { alive: { polling: () => ({ ok: false, reason: 'stuck' }) } });
    expect(await get('/healthz')).toEqual({ status: 503, body: { ok: false, failing: { polling: 'stuck' } } });
    expect((await get('/readyz')).status).toBe(200);
  });

  test('shows the metrics of its registry, and goes on when one cannot be collected', async () => {
    const registry = new Registry();
    const server = await startHealthServer({ port: 0, checks: {}, registry });
    servers.push(server);
    const read = () => fetch(`http://127.0.0.1:${server.port}/metrics`);
    new Counter({ name: 'photos_total', help: 'photos', registers: [registry] }).inc(3);
    const good = await read();
    expect(good.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await good.text()).toContain('photos_total 3');

    const collect = () => Promise.reject(new Error('hunter2'));
    new Gauge({ name: 'broken', help: 'broken', registers: [registry], collect });
    const bad = await read();
    expect(bad.status).toBe(500);
    expect(await bad.text()).not.toContain('hunter2');
    expect((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status).toBe(200);
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
