import { basename, join, normalize } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { photoRef } from '../src/photo-ref.ts';

const accepts = (key: string) => photoRef.safeParse({ store: 'volume', key }).success;

test.each([
  '../etc/passwd',
  '..',
  '.',
  'a/../../b',
  '/etc/passwd',
  'a\\b',
  '..\\b',
  'c:b',
  '.hidden',
  'a\0b',
  'a b',
  'a\n',
  '%2e%2e%2fb',
  'Ä',
  '',
  'x'.repeat(101),
])('a reference never has the key %j', (key) => {
  expect(accepts(key)).toBe(false);
});

test('whatever key is accepted names a file of its own in the folder, and nothing outside', () => {
  const parts = fc.constantFrom('..', '.', '/', '\\', 'a', 'photo', '-', '_', '\0', ':', '~', '%2f', ' ', 'A');
  const key = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(parts).map((all) => all.join('')),
    fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,99}$/),
  );
  let accepted = 0;
  fc.assert(
    fc.property(key, (tried) => {
      if (!accepts(tried)) return;
      accepted += 1;
      expect(basename(tried)).toBe(tried);
      expect(normalize(join('/photos', tried))).toBe(`/photos/${tried}`);
      expect(tried.startsWith('.')).toBe(false);
    }),
    { numRuns: 600 },
  );
  expect(accepted).toBeGreaterThan(50);
});
