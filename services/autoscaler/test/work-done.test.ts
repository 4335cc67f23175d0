import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EstimatorCounters } from '@attrai/estimator/metrics';
import { createProcessMetrics } from '@attrai/telemetry/metrics';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parseWork, readWorkDone, type WorkDone, workBetween } from '../src/work-done.ts';

const done = (entries: [string, number, number][]): WorkDone => ({
  byAddress: new Map(entries.map(([address, photos, seconds]) => [address, { photos, seconds }])),
});

test("reads photos and seconds from the estimators' metrics", async () => {
  const processMetrics = createProcessMetrics([]);
  const metrics = new EstimatorCounters(processMetrics);
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const first = metrics.visionBusy();
  vi.advanceTimersByTime(200);
  const second = metrics.visionBusy();
  vi.advanceTimersByTime(100);
  first();
  vi.advanceTimersByTime(100);
  second();
  // Idle.
  vi.advanceTimersByTime(1_000);
  const third = metrics.visionBusy();
  vi.advanceTimersByTime(100);
  third();
  for (const outcome of ['scored', 'no_face', 'unreadable'] as const) metrics.estimated(outcome, undefined);
  const text = await processMetrics.registry.metrics();
  expect(parseWork(text)).toEqual({ photos: 3, seconds: 0.5 });

  const server = createServer((_, response) => response.end(text)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const url = `http://localhost:${(server.address() as AddressInfo).port}/metrics`;
    expect([...(await readWorkDone(url)).byAddress]).toEqual([['127.0.0.1', { photos: 3, seconds: 0.5 }]]);
  } finally {
    server.close();
  }
});

test('leaves out estimators that do not answer', async () => {
  expect((await readWorkDone('http://no-such-host.invalid:9080/metrics')).byAddress.size).toBe(0);
  expect((await readWorkDone('http://127.0.0.1:1/metrics')).byAddress.size).toBe(0);
});

test('counts the work between two readings, also of a restarted estimator', () => {
  const before = done([
    ['a', 10, 5],
    ['gone', 7, 3],
    ['restarted', 50, 25],
  ]);
  const after = done([
    ['a', 14, 7],
    ['restarted', 2, 1],
  ]);
  expect(workBetween(before, after)).toEqual({ photos: 6, seconds: 3 });
});

test('leaves out an estimator without an earlier reading', () => {
  const before = done([['a', 10, 5]]);
  const after = done([
    ['a', 11, 5.5],
    ['missed the look before', 90_000, 30_000],
  ]);
  expect(workBetween(before, after)).toEqual({ photos: 1, seconds: 0.5 });
});
