import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Detection } from '@attrai/vision/detect/onet';
import { modelsDir } from '@attrai/vision/test/paths';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFaces } from '../src/fit/faces.ts';
import { fitHead } from '../src/fit/fit.ts';
import { mainFace } from '../src/fit/main-face.ts';
import { readRatings } from '../src/fit/ratings.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'attrai-faces-'));
  const grey = sharp({ create: { width: 200, height: 200, channels: 3, background: '#888' } });
  await writeFile(path.join(dir, 'grey.png'), await grey.png().toBuffer());
  await writeFile(path.join(dir, 'text.jpg'), 'not a picture');
});
afterAll(() => rm(dir, { recursive: true }));

const table = async (text: string) => {
  const file = path.join(dir, 'ratings.csv');
  await writeFile(file, text);
  return file;
};

describe('nobody is left out silently', () => {
  it('rows without a rating', async () => {
    const { ratings, skipped } = await readRatings(
      await table('file,nice\na.jpg,5.5\nb.jpg,\n"c, d.jpg",n/a\ne.jpg,-2\n'),
      'file',
      'nice',
    );
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
    let done = 0;
    const onProgress = (count: number) => {
      done = count;
    };
    const read = await readFaces(ratings, { imageDir: dir, modelsDir, adults: false, onProgress });
    expect(done).toBe(3);
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

it('refuses a table with too few ratings before it reads a single face', async () => {
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
    csvFile: await table(text),
    fileColumn: 'file',
    ratingColumn: 'rating',
    adults: false,
    modelsDir,
    date: new Date(),
    onProgress,
  });
}

it('a table without the column says which columns it has', async () => {
  await expect(readRatings(await table('name,score\na.jpg,1\n'), 'file', 'score')).rejects.toMatchObject({
    code: 'bad_ratings',
    message: expect.stringMatching(/no column file.*name, score/),
  });
});

it('a table that is not there says so', async () => {
  await expect(readRatings(path.join(dir, 'none.csv'), 'file', 'score')).rejects.toMatchObject({ code: 'bad_ratings' });
});

it('takes the largest face near the middle where several are found', () => {
  const face = (x: number, y: number, side: number): Detection => ({
    box: [x - side / 2, y - side / 2, x + side / 2, y + side / 2],
    probability: 1,
    landmarks: [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  });
  const middle = face(160, 160, 100);
  expect(mainFace([face(40, 40, 110), middle, face(165, 160, 60)], 320, 320)).toBe(middle);
  const huge = face(120, 160, 220);
  expect(mainFace([middle, huge], 320, 320)).toBe(huge);
  expect(mainFace([], 320, 320)).toBeUndefined();
});
