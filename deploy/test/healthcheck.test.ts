import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type HealthServer, startHealthServer } from '@attrai/telemetry/health';
import { afterEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../docker/healthcheck.ts', import.meta.url));
let health: HealthServer | undefined;
afterEach(async () => {
  await health?.close();
  health = undefined;
});

/** What the image's HEALTHCHECK runs. */
async function ask(port: number) {
  const child = spawn(process.execPath, [script], { env: { HEALTH_PORT: String(port) }, stdio: ['ignore', 'pipe', 2] });
  let out = '';
  child.stdout!.on('data', (chunk) => {
    out += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out };
}

test('a process that can do its work is healthy', async () => {
  health = await startHealthServer({ port: 0, checks: { rabbitmq: () => ({ ok: true }) } });
  expect((await ask(health.port)).code).toBe(0);
});

test('one that can not is unhealthy, and docker inspect shows why', async () => {
  health = await startHealthServer({ port: 0, checks: { rabbitmq: () => ({ ok: false, reason: 'not connected' }) } });
  const { code, out } = await ask(health.port);
  expect(code).toBe(1);
  expect(out).toContain('not connected');
});

test('one that does not answer is unhealthy', async () => {
  health = await startHealthServer({ port: 0, checks: {} });
  const { port } = health;
  await health.close();
  health = undefined;
  const { code, out } = await ask(port);
  expect(code).toBe(1);
  expect(out).toMatch(/No answer/);
});
