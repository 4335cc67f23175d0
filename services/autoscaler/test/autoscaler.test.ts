import { createLogger } from '@attrai/telemetry/logger';
import { afterEach, describe, expect, test } from 'vitest';
import { Autoscaler } from '../src/autoscaler.ts';
import { SwarmService } from '../src/swarm-service.ts';
import type { WorkDone } from '../src/work-done.ts';
import { startDockerStandIn } from './docker-stand-in.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start({ calmMs = 200, readWorkDone = async (): Promise<WorkDone> => ({ byAddress: new Map() }) } = {}) {
  const docker = await startDockerStandIn('attrai_estimator');
  cleanups.push(() => docker.close());
  const queue = { waiting: 0, away: false };
  const autoscaler = new Autoscaler({
    broker: {
      async depth() {
        if (queue.away) throw new Error('RabbitMQ is away');
        return queue.waiting;
      },
    },
    service: new SwarmService(docker.socketPath, 'attrai_estimator'),
    readWorkDone,
    bounds: { min: 2, max: 6, targetWaitSeconds: 10 },
    lookMs: 10,
    calmMs,
    logger: createLogger({ service: 'autoscaler', destination: { write() {} } }),
  });
  cleanups.push(() => autoscaler.stop());
  const replicas = () => docker.service.spec.Mode.Replicated.Replicas;
  return { docker, queue, autoscaler, replicas };
}

describe('the autoscaler', () => {
  test('scales up for a burst and down after it, within MIN_ESTIMATORS and MAX_ESTIMATORS', async () => {
    const { docker, queue, replicas } = await start();
    queue.waiting = 100;
    await expect.poll(replicas).toBe(3);
    queue.waiting = 10_000;
    await expect.poll(replicas).toBe(6);
    queue.waiting = 0;
    await expect.poll(replicas).toBe(2);
    expect(docker.service.spec).toMatchObject({
      Name: 'attrai_estimator',
      TaskTemplate: { ContainerSpec: { Image: 'x' } },
    });
    const { version } = docker.service;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([replicas(), docker.service.version]).toEqual([2, version]);
  });

  test('does not scale during an update of the service', async () => {
    const { docker, queue, replicas } = await start();
    docker.service.update = 'updating';
    queue.waiting = 10_000;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(replicas()).toBe(2);
    docker.service.update = 'completed';
    await expect.poll(replicas).toBe(6);
  });

  test('is not ready and does not scale while it cannot see the queue', async () => {
    const { queue, autoscaler, replicas } = await start({ calmMs: 50 });
    queue.waiting = 10_000;
    await expect.poll(replicas).toBe(6);
    queue.away = true;
    await expect.poll(() => autoscaler.ready().ok).toBe(false);
    expect(replicas()).toBe(6);
    queue.away = false;
    queue.waiting = 0;
    await expect.poll(replicas).toBe(2);
    await expect.poll(() => autoscaler.ready()).toEqual({ ok: true });
  });

  test('does not scale if an estimator does not answer once', async () => {
    let looks = 0;
    const { docker, replicas } = await start({
      // Two days of work before the first look, none since.
      readWorkDone: async () => ({
        byAddress: ++looks === 3 ? new Map() : new Map([['10.0.0.7', { photos: 500_000, seconds: 100_000 }]]),
      }),
    });
    const { version } = docker.service;
    await expect.poll(() => looks).toBeGreaterThan(5);
    expect([replicas(), docker.service.version]).toEqual([2, version]);
  });

  test('names the variable in its error if there is no such service or socket', async () => {
    const docker = await startDockerStandIn('attrai_estimator');
    cleanups.push(() => docker.close());
    await expect(new SwarmService(docker.socketPath, 'another').replicas()).rejects.toThrow(/SCALED_SERVICE/);
    await expect(new SwarmService('/nowhere.sock', 'another').replicas()).rejects.toThrow(/DOCKER_SOCKET/);
  });
});
