import { expect, test } from 'vitest';
import { shareOfPlain } from '../src/bench/system/figures.ts';
import { measureInTurns } from '../src/bench/system/turns.ts';

test('each round of the suite is compared with the pipeline before and after it', async () => {
  const steps: string[] = [];
  const paces = [40, 40, 20, 30];
  const reached = [36, 24, 25];
  const alone = async () => {
    steps.push('alone');
    return { processes: 1, photosPerSecond: paces.shift()!, cpuMs: 20 };
  };
  const busy = async () => {
    steps.push('busy');
    const photosPerSecond = reached.shift()!;
    const cpuMs = { pipeline: photosPerSecond, messaging: 2, bot: 5, rabbitmq: 2, redis: 1, sandbox: 5 };
    return { estimators: 1, apart: true, photosPerSecond, photos: 10 * photosPerSecond, cpuMs, calls: 2 };
  };
  const { plain, load } = await measureInTurns(3, alone, busy);

  expect(steps).toEqual(['alone', 'busy', 'alone', 'busy', 'alone', 'busy', 'alone']);
  expect(load.shares).toEqual([36 / 40, 24 / 30, 25 / 25]);
  expect(shareOfPlain(load)).toBe(0.9);
  expect(plain).toEqual({ processes: 1, photosPerSecond: 32.5, cpuMs: 20 });
  expect(load).toMatchObject({ apart: true, photos: 850, cpuMs: { messaging: 2 } });
  expect(load.photosPerSecond).toBeCloseTo(85 / 3, 9);
  expect(load.cpuMs.pipeline).toBeCloseTo(85 / 3, 9);
});
