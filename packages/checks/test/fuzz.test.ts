import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureModels } from '@attrai/models/build';
import { modelsDir } from '@attrai/models/models-dir';
import { photoKind } from '@attrai/vision/photo/signature';
import { beforeAll, describe, expect, test } from 'vitest';
import { fuzzPhotos } from '../src/fuzz/fuzz-photos.ts';
import { mutant } from '../src/fuzz/mutate.ts';
import { problemsOf } from '../src/fuzz/problems.ts';
import { makeSources, type Source } from '../src/fuzz/sources.ts';

const quietly = { modelsDir: modelsDir(), onProgress() {} };

let sources: Source[];
beforeAll(async () => {
  sources = await makeSources();
  await ensureModels({ dir: modelsDir() });
});

// A short form of `pnpm fuzz`.
test('300 mutated photos neither crash nor hang nor leak, and each gets an answer', async () => {
  const report = await fuzzPhotos({ ...quietly, photos: 300, seed: 1 });
  expect(report.findings).toEqual([]);
  expect(problemsOf(report, 300)).toEqual([]);
  // Some photos are damaged, some still good.
  expect(report.ends).toMatchObject({ scored: expect.any(Number), unreadable: expect.any(Number) });
});

test('crash, exit, hang, error, wrong answer and leak are found, and the photos saved', async () => {
  const frontDoor = fileURLToPath(new URL('./stand-ins/weak-front-door.ts', import.meta.url));
  const report = await fuzzPhotos({ ...quietly, photos: 60, seed: 7, frontDoor });
  expect(report.findings.map(({ number, what }) => [number, what])).toEqual([
    [1, 'its process ended with SIGSEGV'],
    [2, 'its process ended with exit code 3'],
    [3, 'it hung'],
    [4, 'Error: nobody thought of this'],
    [5, 'the answer was failed'],
  ]);
  for (const { number, file, made } of report.findings) {
    const again = mutant(sources, 7, number);
    expect((await readFile(file)).equals(again.bytes)).toBe(true);
    expect(made).toBe(again.made);
  }
  await rm(dirname(report.findings[0]!.file), { recursive: true });
  expect(problemsOf(report, 60)).toEqual([
    '5 photos got no proper answer.',
    expect.stringMatching(/^Memory grew by 10 MiB a round\.$/),
  ]);
  expect(problemsOf({ ...report, findings: [], memory: [] }, 61)).toEqual(['Only 60 of 61 photos were looked at.']);
});

describe('mutants', () => {
  test('are the same for the same seed, and different for another', () => {
    const made = (seed: number) =>
      Array.from({ length: 50 }, (_, i) => mutant(sources, seed, i).bytes.toString('base64'));
    expect(made(3)).toEqual(made(3));
    expect(made(4)).not.toEqual(made(3));
  });

  test('have all sources and mutations, and most still begin like a photo', () => {
    const mutants = Array.from({ length: 4_000 }, (_, i) => mutant(sources, 5, i));
    const steps = new Set(mutants.flatMap(({ made }) => made.split(': ').slice(1).join().split(', ')));
    expect(steps.size).toBeGreaterThan(30);
    for (const { name } of sources) expect(mutants.some(({ made }) => made.startsWith(name))).toBe(true);
    expect(mutants.filter(({ bytes }) => photoKind(bytes) !== undefined).length).toBeGreaterThan(3_000);
  });
});
