import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { modelCard } from '../src/fit/card.ts';
import { FEWEST_FACES, fitHead, readEnoughRatings } from '../src/fit/fit.ts';
import type { RatingScale } from '../src/fit/scale.ts';
import { modelsDir } from '../src/models-dir.ts';
import { scorer } from '../src/nets/scorer.ts';
import { FACE_NET_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { RATED_PICTURES, requireRated } from './rated-pictures.ts';
import { versions } from './versions.ts';

const USAGE = `Usage: pnpm models fit --images DIR --ratings FILE.csv [options]
  --images DIR            folder of the pictures, one rated face each (required)
  --ratings FILE.csv      table with a header line and at least ${FEWEST_FACES} rated faces (required)
  --name NAME             what the head is called (the name of FILE)
  --file-column NAME      column with the pictures' names within DIR (file)
  --rating-column NAME    column with the rating, any scale (rating)
  --adults                everybody in the pictures is 18 or older: only faces that clearly look like children are left out
  --balance COLUMN        column of groups that scores should not go with, such as a gender
  --scale LOW,HIGH        lowest and highest rating that people could give (guessed from the ratings)
  --out FILE.json         where the head goes (NAME.json); the model card is put beside it (NAME.card.md)
  --about FILE.md         Markdown for the card's end: the data, its licence, what the head is not fit for
  --model FILE.onnx       also write a model to be used with SCORER_MODEL=FILE.onnx
`;

export async function fitCommand(args: string[]): Promise<void> {
  const { values } = readCommandLine(USAGE, {
    args,
    options: {
      ...RATED_PICTURES,
      name: { type: 'string' },
      'rating-column': { type: 'string', default: 'rating' },
      adults: { type: 'boolean', default: false },
      balance: { type: 'string' },
      scale: { type: 'string' },
      out: { type: 'string' },
      about: { type: 'string' },
      model: { type: 'string' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { images, ratings } = requireRated(values, USAGE);
  const { about, model } = values;
  const name = values.name || path.parse(ratings).name;
  const out = values.out ?? `${name}.json`;
  const aboutText = about && ((await readFile(about, 'utf8')).trim() || undefined);
  const line = new ProgressLine();
  const options = {
    name,
    imageDir: images,
    csvFile: ratings,
    fileColumn: values['file-column'],
    ratingColumn: values['rating-column'],
    balanceColumn: values.balance,
    adults: values.adults,
    scale: readScale(values.scale),
    modelsDir: modelsDir(),
    date: new Date(),
    onProgress: (work: string, done: number, total: number) => line.show(work, done, total),
  };
  await readEnoughRatings(options); // Before the models are built, which takes long.
  await prepareModels(line);
  const result = await fitHead(options);
  const card = `${out.slice(0, out.length - path.extname(out).length)}.card.md`;
  await writeFile(out, `${JSON.stringify(result.head, null, 2)}\n`);
  await writeFile(card, modelCard(result, options, aboutText, await versions()));
  if (model) await writeFile(model, scorer(await readWeights(FACE_NET_WEIGHTS), result.head));
  const { r, mae, faces } = result.head.fit;
  process.stderr.write(
    `${faces} faces, ${result.skipped.length} left out: r ${r.mean.toFixed(3)}, mean absolute error ${mae.mean.toFixed(2)}\n` +
      `Written: ${[out, card, ...(model ? [model] : [])].join(', ')}\n`,
  );
}

/** @throws UsageError */
function readScale(text: string | undefined): RatingScale | undefined {
  if (text === undefined) return undefined;
  const [lowest, highest, ...more] = text.split(',').map(Number);
  if (more.length > 0 || !(lowest! < highest!))
    throw new UsageError('--scale takes two rising numbers, as in 1,5.', USAGE);
  return [lowest!, highest!];
}
