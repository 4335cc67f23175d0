import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '@attrai/contracts/command-line';
import { modelCard } from '../src/fit/card.ts';
import { FEWEST_FACES, fitHead, readEnoughRatings } from '../src/fit/fit.ts';
import type { RatingScale } from '../src/fit/scale.ts';
import { modelsDir } from '../src/models-dir.ts';
import { scorer } from '../src/nets/scorer.ts';
import { FACE_NET_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';
import { command } from './command.ts';
import { sayWritten, writeFitted } from './output.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { RATED_PICTURES, RATED_PICTURES_USAGE, ratedPictures } from './rated-pictures.ts';
import { versions } from './versions.ts';

const USAGE = `Usage: pnpm models fit --images DIR --ratings FILE.csv [options]
  --images DIR            folder of the pictures, one rated face each (required)
  --ratings FILE.csv      table with a header line and at least ${FEWEST_FACES} rated faces (required)
  --name NAME             the head's name (the name of FILE)
${RATED_PICTURES_USAGE}
  --balance COLUMN        column of groups that scores should not follow, such as gender
  --scale LOW,HIGH        lowest and highest rating that people could give (guessed from the ratings)
  --out FILE.json         where to write the head (NAME.json); its model card goes beside it (NAME.card.md)
  --about FILE.md         Markdown for the end of the card: the data, its licence, what the head is not fit for
  --model FILE.onnx       also write a model, to use with SCORER_MODEL=FILE.onnx
`;

const OPTIONS = {
  ...RATED_PICTURES,
  name: { type: 'string' },
  scale: { type: 'string' },
  out: { type: 'string' },
  about: { type: 'string' },
  model: { type: 'string' },
} as const;

export const fit = command(USAGE, OPTIONS, async (values) => {
  const rated = ratedPictures(values, USAGE);
  const name = values.name || path.parse(rated.csvFile).name;
  const { about, model, out = `${name}.json` } = values;
  const aboutText = about && ((await readFile(about, 'utf8')).trim() || undefined);
  const line = new ProgressLine();
  const options = {
    ...rated,
    name,
    scale: readScale(values.scale),
    modelsDir: modelsDir(),
    date: new Date(),
    onProgress: (work: string, done: number, total: number) => line.show(work, done, total),
  };
  await readEnoughRatings(options); // Before the models are built, which takes long.
  await prepareModels(line);
  const result = await fitHead(options);
  const files = await writeFitted(out, result.head, modelCard(result, options, aboutText, await versions()));
  if (model) await writeFile(model, scorer(await readWeights(FACE_NET_WEIGHTS), result.head));
  const { r, mae, faces } = result.head.fit;
  process.stderr.write(
    `${faces} faces, ${result.skipped.length} left out: r ${r.mean.toFixed(3)}, mean absolute error ${mae.mean.toFixed(2)}\n`,
  );
  sayWritten(model ? [...files, model] : files);
});

/** @throws UsageError */
function readScale(text: string | undefined): RatingScale | undefined {
  if (text === undefined) return undefined;
  const [lowest, highest, ...more] = text.split(',').map(Number);
  if (more.length > 0 || !(lowest! < highest!))
    throw new UsageError('--scale takes two rising numbers, such as 1,5.', USAGE);
  return [lowest!, highest!];
}
