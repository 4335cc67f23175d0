import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { addAskedGauge, createProcessMetrics } from '../src/metrics.ts';

const depths = { name: 'depth', help: 'messages', label: 'queue' };

/** The lines of a gauge, without comments. */
async function shown(registry: Registry): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('depth'));
}

describe('createProcessMetrics', () => {
  test('counts from zero what may happen, and knows the memory of the process', async () => {
    const metrics = createProcessMetrics(['rabbitmq', 'redis']);
    metrics.reconnected('redis');
    metrics.lineDropped();
    const text = await metrics.registry.metrics();
    expect(text).toContain('attrai_reconnections_total{to="rabbitmq"} 0\n');
    expect(text).toContain('attrai_reconnections_total{to="redis"} 1\n');
    expect(text).not.toContain('telegram');
    expect(text).toContain('attrai_log_lines_dropped_total 1\n');
    expect(text).toMatch(/process_resident_memory_bytes \d{7,}\n/);
  });

  test('shares nothing between two of them', async () => {
    const [one, other] = [createProcessMetrics([]), createProcessMetrics([])];
    one.lineDropped();
    expect(await other.registry.metrics()).toContain('attrai_log_lines_dropped_total 0\n');
  });
});

describe('addAskedGauge', () => {
  test('asks at a scrape, and once for scrapes in close succession', async () => {
    const registry = new Registry();
    let asked = 0;
    addAskedGauge(registry, { ...depths, ask: async () => ({ a: ++asked, b: 5 }) });
    expect(asked).toBe(0);
    const both = await Promise.all([shown(registry), shown(registry)]);
    expect(both).toEqual(Array(2).fill(['depth{queue="a"} 1', 'depth{queue="b"} 5']));
    await shown(registry);
    expect(asked).toBe(1);
  });

  test.each([
    ['refuses', () => Promise.reject(new Error('away'))],
    ['never answers', () => new Promise<never>(() => {})],
  ])('shows no value of somebody who %s', async (_, ask) => {
    const registry = new Registry();
    addAskedGauge(registry, { ...depths, ask });
    expect(await shown(registry)).toEqual([]);
  });
});
