import path from 'node:path';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { evaluationReport } from '../src/evaluate/report.ts';
import { command, wholeNumber } from './command.ts';
import { requireReport, writeOrPrint } from './output.ts';
import { prepareModels, scorerModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { RATED_PICTURES, RATED_PICTURES_USAGE, ratedPictures } from './rated-pictures.ts';
import { versions } from './versions.ts';

const USAGE = `Usage: pnpm models evaluate --images DIR --ratings FILE.csv [options]
  --images DIR            folder of the pictures, one rated face each (required)
  --ratings FILE.csv      table with a header line (required)
${RATED_PICTURES_USAGE}
  --group COLUMN          also report each group of this column, such as age; may be repeated
  --folds N               score each picture by a head fitted on the others, in N folds: gives honest figures for a head on the pictures
                          that it was fitted on
  --balance COLUMN        with --folds: column of groups that scores should not follow, such as gender
  --out FILE              write a report: .html, .svg (the charts), or .md (with its charts in an .svg beside it);
                          without it, the text is printed
SCORER_MODEL names another scorer model than the one for this processor.
`;

const OPTIONS = {
  ...RATED_PICTURES,
  group: { type: 'string', multiple: true },
  folds: { type: 'string' },
  out: { type: 'string' },
} as const;

export const evaluatePipeline = command(USAGE, OPTIONS, async (values) => {
  const rated = ratedPictures(values, USAGE);
  const folds = values.folds === undefined ? undefined : wholeNumber('--folds', values.folds, 2, USAGE);
  await requireReport(values.out, USAGE);

  const line = new ProgressLine();
  const dir = await prepareModels(line);
  const [scorerModel] = scorerModels(dir);
  const evaluation = await evaluate({
    ...rated,
    groupColumns: values.group ?? [],
    modelsDir: dir,
    scorerModel,
    folds,
    onProgress: (work, done, total) => line.show(work, done, total),
  });
  const about = { ratingColumn: rated.ratingColumn, date: new Date(), versions: await versions() };
  await writeOrPrint(evaluationReport(evaluation, { scorer: path.basename(scorerModel), ...about }), values.out);
});
