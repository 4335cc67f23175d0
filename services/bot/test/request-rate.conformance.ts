import { describe, expect, test } from 'vitest';
import type { RateOptions, RequestRate } from '../src/limits/request-rate.ts';

const ANNA = '11';
const BORIS = '22';

/** What every request rate promises. */
export function describeRequestRate(name: string, open: (options: RateOptions) => Promise<RequestRate>): void {
  describe(`request rate ${name}`, () => {
    test('lets so many through in a window, then says how long to wait', async () => {
      const rate = await open({ requests: 3, windowSeconds: 60 });
      for (let i = 0; i < 3; i++) expect(await rate.take(ANNA)).toBeUndefined();
      const waitMs = await rate.take(ANNA);
      expect(waitMs).toBeGreaterThan(50_000);
      expect(waitMs).toBeLessThanOrEqual(60_000);
      expect(await rate.take(BORIS)).toBeUndefined();
    });

    test('opens again when the window has passed, however often one has asked', async () => {
      const rate = await open({ requests: 1, windowSeconds: 6 });
      expect(await rate.take(ANNA)).toBeUndefined();
      for (let i = 0; i < 5; i++) expect(await rate.take(ANNA)).toBeDefined();
      await expect.poll(() => rate.take(ANNA)).toBeUndefined();
    });
  });
}
