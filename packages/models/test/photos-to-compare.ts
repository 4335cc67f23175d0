import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { npmPhoto } from '@attrai/vision/test/paths';
import reference from '@attrai/vision/test/reference-npm.json' with { type: 'json' };

export const npmPhotos = Object.keys(reference).map(npmPhoto);

/** Photos to hold nets in bytes to those in float32: of npm packages and, if they are there, every fifth of OMI's that calibration did not see. */
export async function photosToCompare(): Promise<string[]> {
  const folder = process.env.OMI_DIR && path.join(process.env.OMI_DIR, 'images');
  if (!folder) {
    console.log('OMI_DIR is not set: nets in bytes are held to those in float32 on the npm photos only.');
    return npmPhotos;
  }
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  const step = names.length / 200;
  const seen = new Set(Array.from({ length: 200 }, (_, i) => names[Math.floor(i * step)]));
  const unseen = names.filter((name, i) => i % 5 === 4 && !seen.has(name));
  return [...npmPhotos, ...unseen.map((name) => path.join(folder, name))];
}
