import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { modelsDir } from '@attrai/vision/test/paths';
import { mean } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { readFaces } from '../src/fit/faces.ts';
import { groupsOf, validate } from '../src/fit/fit.ts';
import { readRatings } from '../src/fit/ratings.ts';
import { fitViewHeads, predictViews } from '../src/fit/view-heads.ts';
import { readHead } from '../src/head.ts';

const HEADS = path.join(import.meta.dirname, '../heads');
const MINIMUM = 0.85;

describe('the shipped head', () => {
  it('has a card with its figures', async () => {
    const { fit, views } = await readHead(path.join(HEADS, 'omi.json'));
    const card = await readFile(path.join(HEADS, 'omi.card.md'), 'utf8');
    expect(card).toContain(`**${fit.r.mean.toFixed(3)} ± ${fit.r.sd.toFixed(3)}**`);
    expect(card).toContain('CC BY-NC-SA 4.0');
    expect(card).toContain('10.1073/pnas.2115228119');
    expect(card).toContain((await readFile(path.join(HEADS, 'omi.about.md'), 'utf8')).trim());
    expect(fit.r.mean).toBeGreaterThanOrEqual(MINIMUM);
    expect([fit.repeats, fit.folds]).toEqual([2, 5]);
    for (const { weights } of views) expect(new Set(weights).size).toBeGreaterThan(700);
  });

  it('reaches those figures on the data, and is the head that the data give', { timeout: 600_000 }, async (test) => {
    const data = process.env.OMI_DIR;
    if (!data || !existsSync(path.join(data, 'ratings.csv'))) {
      console.warn('Not run: OMI_DIR is not set to a folder with ratings.csv and images/ of the OMI faces.');
      return test.skip('OMI_DIR is not set');
    }
    const table = { csvFile: path.join(data, 'ratings.csv'), fileColumn: 'file', ratingColumn: 'attractive' };
    const { ratings } = await readRatings(table, ['gender']);
    const imageDir = path.join(data, 'images');
    const { faces } = await readFaces(ratings, { imageDir, modelsDir, adults: true }, () => {});
    const head = await readHead(path.join(HEADS, 'omi.json'));
    // Nets round differently on other processors: a face or two near the age limit may change sides.
    expect(Math.abs(faces.length - head.fit.faces)).toBeLessThanOrEqual(5);

    const features = faces.map((face) => face.features);
    const samples = { features, targets: faces.map((face) => face.rating), groups: groupsOf(faces, 'gender') };
    // Only the first repeat: all of them take minutes.
    const { r, mae } = validate(samples, 1);
    expect(r.mean).toBeGreaterThanOrEqual(MINIMUM);
    expect(Math.abs(r.mean - head.fit.r.mean)).toBeLessThan(3 * head.fit.r.sd);
    expect(Math.abs(mae.mean - head.fit.mae.mean)).toBeLessThan(3 * head.fit.mae.sd);

    const { views } = fitViewHeads(samples);
    const differences = features.map((row) => Math.abs(predictViews(views, row) - predictViews(head.views, row)));
    // Points of 100. Two more faces moved one prediction by 1.6, and all by 0.1 on average.
    expect(Math.max(...differences)).toBeLessThan(3);
    console.log(
      `${faces.length} faces: differs by ${mean(differences)} on average, ${Math.max(...differences)} at most`,
    );
    expect(mean(differences)).toBeLessThan(0.3);
  });
});
