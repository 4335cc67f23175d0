import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Detection } from '@attrai/vision/detect/onet';
import { modelsDir } from '@attrai/vision/test/paths';
import { temporaryFolder } from '@attrai/vision/test/temporary-folder';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFaces } from '../src/fit/faces.ts';
import { fitHead } from '../src/fit/fit.ts';
import { mainFace } from '../src/fit/main-face.ts';
import { readRatings } from '../src/fit/ratings.ts';

const dir = temporaryFolder();
beforeAll(async () => {
  const grey = sharp({ create: { width: 200, height: 200, channels: 3, background: '#888' } });
  await writeFile(path.join(dir, 'grey.png'), await grey.png().toBuffer());
  await writeFile(path.join(dir, 'text.jpg'), 'not a picture');
});

async function table(text: string, fileColumn: string, ratingColumn: string) {
  const csvFile = path.join(dir, 'ratings.csv');
  await writeFile(csvFile, text);
  return { csvFile, fileColumn, ratingColumn };
}

describe('nobody is left out silently', () => {
  it('rows without a rating', async () => {
    const text = 'file,nice\na.jpg,5.5\nb.jpg,\n"c, d.jpg",n/a\ne.jpg,-2\n';
    const { ratings, skipped } = await readRatings(await table(text, 'file', 'nice'));
    expect(ratings).toEqual([
      { file: 'a.jpg', rating: 5.5, columns: {} },
      { file: 'e.jpg', rating: -2, columns: {} },
    ]);
    expect(skipped).toEqual([
      { file: 'b.jpg', reason: 'no rating' },
      { file: 'c, d.jpg', reason: 'no rating' },
    ]);
  });

  it('pictures that are missing, unreadable or show no face', async () => {
    const ratings = ['gone.jpg', 'text.jpg', 'grey.png'].map((file) => ({ file, rating: 1, columns: {} }));
    const done: number[] = [];
    const read = await readFaces(ratings, { imageDir: dir, modelsDir, adults: false }, (count) => done.push(count));
    expect(done).toEqual([1, 2, 3]);
    expect(read).toEqual({
      faces: [],
      skipped: [
        { file: 'gone.jpg', reason: 'file missing' },
        { file: 'text.jpg', reason: 'unreadable' },
        { file: 'grey.png', reason: 'no face found' },
      ],
    });
  });

  it('and too few faces are refused with the reasons', async () => {
    const fit = fitOn(`file,rating\n${'gone.jpg,1\n'.repeat(99)}grey.png,2\ntext.jpg,\n`);
    await expect(fit).rejects.toMatchObject({
      code: 'too_few_faces',
      message: expect.stringMatching(/^Only 0 of 101 rows .*1 × no rating, 99 × file missing, 1 × no face found/),
    });
  });
});

it('a table with too few ratings is refused before any face is read', async () => {
  const progress: string[] = [];
  await expect(fitOn('file,rating\ngrey.png,2\ntext.jpg,\n', (work) => progress.push(work))).rejects.toMatchObject({
    code: 'too_few_faces',
    message: 'Only 1 of 2 rows have a rating; it takes 100 rated faces.',
  });
  expect(progress).toEqual([]);
});

async function fitOn(text: string, onProgress: (work: string) => void = () => {}) {
  return fitHead({
    name: 'none',
    imageDir: dir,
    ...(await table(text, 'file', 'rating')),
    adults: false,
    modelsDir,
    date: new Date(),
    onProgress,
  });
}

it('a table without the column says which columns it has', async () => {
  await expect(readRatings(await table('name,score\na.jpg,1\n', 'file', 'score'))).rejects.toMatchObject({
    code: 'bad_ratings',
    message: expect.stringMatching(/no column file.*name, score/),
  });
});

it('a missing table is refused', async () => {
  const csvFile = path.join(dir, 'none.csv');
  const read = readRatings({ csvFile, fileColumn: 'file', ratingColumn: 'score' });
  await expect(read).rejects.toMatchObject({ code: 'bad_ratings' });
});

it('the main face is large and near the middle', () => {
  const face = (x: number, y: number, side: number): Detection => ({
    box: [x - side / 2, y - side / 2, x + side / 2, y + side / 2],
    probability: 1,
    landmarks: Array(5).fill([0, 0]) as unknown as Detection['landmarks'],
  });
  const photo = { width: 320, height: 320 };
  const middle = face(160, 160, 100);
  expect(mainFace([face(40, 40, 110), middle, face(165, 160, 60)], photo)).toBe(middle);
  const huge = face(120, 160, 220);
  expect(mainFace([middle, huge], photo)).toBe(huge);
  expect(mainFace([], photo)).toBeUndefined();
});
