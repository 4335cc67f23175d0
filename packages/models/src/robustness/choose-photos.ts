import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { FinalError } from '@attrai/contracts/errors';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { shuffle } from 'simple-statistics';

const SEED = 20_221_122;

/** Chooses up to `most` photos of each folder, always the same ones. @throws FinalError `no_photos`, naming the folder */
export async function choosePhotos(folders: readonly string[], most: number): Promise<string[]> {
  const chosen: string[] = [];
  for (const folder of folders) {
    const random = xoroshiro128plus(SEED);
    chosen.push(...shuffle(await listPhotos(folder), () => uniformFloat64(random)).slice(0, most));
  }
  return chosen;
}

/** The photos in a folder, sorted. @throws FinalError `no_photos`, naming the folder */
export async function listPhotos(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  if (names.length === 0) throw new FinalError('no_photos', `${folder} has no photos (.jpg, .png or .webp).`);
  return names.map((name) => path.join(folder, name));
}
