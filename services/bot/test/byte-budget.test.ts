import { expect, test } from 'vitest';
import { ByteBudget } from '../src/intake/byte-budget.ts';

function openBudget(bytes: number) {
  const budget = new ByteBudget(bytes);
  const running = new Map<string, PromiseWithResolvers<void>>();
  const settled = () => new Promise(setImmediate);
  return {
    async begin(name: string, needed: number) {
      const work = Promise.withResolvers<void>();
      budget
        .use(needed, () => {
          running.set(name, work);
          return work.promise;
        })
        .catch(() => {});
      await settled();
    },
    async end(name: string, how: 'resolve' | 'reject' = 'resolve') {
      running.get(name)![how]();
      running.delete(name);
      await settled();
    },
    running: () => [...running.keys()],
  };
}

test('work begins while it fits; what waits begins in order, the small behind the large', async () => {
  const { begin, end, running } = openBudget(100);
  await begin('a', 50);
  await begin('b', 40);
  await begin('large', 60);
  await begin('small', 5);
  expect(running()).toEqual(['a', 'b']);
  await end('b');
  expect(running()).toEqual(['a']);
  await end('a');
  expect(running()).toEqual(['large', 'small']);
});

test('what fails gives back what it held', async () => {
  const { begin, end, running } = openBudget(100);
  await begin('a', 100);
  await begin('b', 100);
  await end('a', 'reject');
  expect(running()).toEqual(['b']);
});

test('what is more than all there is begins alone', async () => {
  const { begin, end, running } = openBudget(100);
  await begin('a', 10);
  await begin('huge', 1_000);
  await begin('b', 10);
  expect(running()).toEqual(['a']);
  await end('a');
  expect(running()).toEqual(['huge']);
  await end('huge');
  expect(running()).toEqual(['b']);
});
