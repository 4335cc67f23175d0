import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { FinalError } from '@attrai/contracts/errors';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { shuffle } from 'simple-statistics';

const SEED = 20_221_122;

/**
 * Up to `most` photos of each folder, drawn with always the same seed.
 *
 * @throws FinalError `no_photos`, naming the folder
 */
export async function choosePhotos(folders: readonly string[], most: number): Promise<string[]> {
  const chosen: string[] = [];
  for (const folder of folders) {
    const all = (await readdir(folder).catch(() => [])).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
    if (all.length === 0) throw new FinalError('no_photos', `${folder} has no photos (.jpg, .png or .webp).`);
    const random = xoroshiro128plus(SEED);
    const drawn = shuffle(all, () => uniformFloat64(random)).slice(0, most);
    chosen.push(...drawn.map((name) => path.join(folder, name)));
  }
  return chosen;
}
