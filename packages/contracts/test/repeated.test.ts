import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Repeated } from '../src/repeated.ts';

test('a run never starts while another is under way, and none after the stop, which waits for the last', async () => {
  let runs = 0;
  let underWay = 0;
  let most = 0;
  const repeated = new Repeated(1, async () => {
    runs += 1;
    underWay += 1;
    most = Math.max(most, underWay);
    await sleep(10);
    underWay -= 1;
  });
  await expect.poll(() => runs, { interval: 1 }).toBeGreaterThan(2);
  await expect.poll(() => underWay, { interval: 1 }).toBe(1);
  await repeated.stop();
  expect(most).toBe(1);
  expect(underWay).toBe(0);
  const atTheStop = runs;
  await sleep(20);
  expect(runs).toBe(atTheStop);
});
