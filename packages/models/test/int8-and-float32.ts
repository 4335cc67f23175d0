import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { multipliesBytes } from '@attrai/vision/processor';
import { npmPhoto } from '@attrai/vision/test/paths';
import reference from '@attrai/vision/test/reference-npm.json' with { type: 'json' };
import { mean, standardDeviation } from 'simple-statistics';
import { expect, type TestContext } from 'vitest';

export const npmPhotos = Object.keys(reference).map(npmPhoto);

/** Skips a test of int8 nets on a processor that gets the float32 nets. */
export function needVnni(test: TestContext): void {
  if (multipliesBytes()) return;
  console.warn('Not run: this processor has no VNNI, and gets the models in float32.');
  test.skip('no VNNI');
}

/** Photos to compare int8 and float32 nets: of npm packages and, if they are there, every fifth of OMI's that calibration did not see. */
export async function photosToCompare(): Promise<string[]> {
  const folder = process.env.OMI_DIR && path.join(process.env.OMI_DIR, 'images');
  if (!folder) {
    console.log('OMI_DIR is not set: int8 and float32 nets are compared on the npm photos only.');
    return npmPhotos;
  }
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  const step = names.length / 200;
  const seen = new Set(Array.from({ length: 200 }, (_, i) => names[Math.floor(i * step)]));
  const unseen = names.filter((name, i) => i % 5 === 4 && !seen.has(name));
  return [...npmPhotos, ...unseen.map((name) => path.join(folder, name))];
}

/** Differences between the two nets must be small, but not 0: the same model twice would prove nothing. */
export function expectSmall(differences: number[], limits: { faces: number; sd: number; mean: number }): void {
  const [sd, middle] = [standardDeviation(differences), mean(differences)];
  console.log(`${differences.length} faces: sd ${sd}, mean ${middle}`);
  expect(differences.length).toBeGreaterThanOrEqual(limits.faces);
  expect(sd).toBeLessThanOrEqual(limits.sd);
  expect(sd).toBeGreaterThan(0);
  expect(Math.abs(middle)).toBeLessThanOrEqual(limits.mean);
}
