import path from 'node:path';
import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { evaluationReport } from '../src/evaluate/report.ts';
import { toMarkdown, writeReport } from '../src/report/write-report.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { RATED_PICTURES, requireRated } from './rated-pictures.ts';
import { requireReport } from './require-report.ts';
import { scorerModels } from './scorer-model.ts';
import { versions } from './versions.ts';

const USAGE = `Usage: pnpm models evaluate --images DIR --ratings FILE.csv [options]
  --images DIR            folder of the pictures, one rated face each (required)
  --ratings FILE.csv      table with a header line (required)
  --file-column NAME      column with the pictures' names within DIR (file)
  --rating-column NAME    column with the rating, any scale (rating)
  --group COLUMN          also tell each group of this column by itself, such as age; may be repeated
  --folds N               score each picture by a head fitted on the others, in N folds: the honest figures of a head on the pictures
                          that it was fitted on
  --adults                everybody in the pictures is 18 or older: only faces that clearly look like children are left out
  --balance COLUMN        column of groups that scores should not go with, such as a gender (with --folds)
  --out FILE              write a report: .html, .svg (the charts), or .md (with its charts in an .svg beside it);
                          without it, the text is printed
SCORER_MODEL names another scorer model than the one that suits this processor.
`;

export async function evaluateCommand(args: string[]): Promise<void> {
  const { values } = readCommandLine(USAGE, {
    args,
    options: {
      ...RATED_PICTURES,
      'rating-column': { type: 'string', default: 'rating' },
      adults: { type: 'boolean', default: false },
      balance: { type: 'string' },
      group: { type: 'string', multiple: true, default: [] },
      folds: { type: 'string' },
      out: { type: 'string' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { images, ratings } = requireRated(values, USAGE);
  const { out } = values;
  const folds = values.folds === undefined ? undefined : Number(values.folds);
  if (folds !== undefined && !(Number.isInteger(folds) && folds >= 2)) {
    throw new UsageError('--folds takes a whole number from 2.', USAGE);
  }
  await requireReport(out, USAGE);

  const line = new ProgressLine();
  const dir = await prepareModels(line);
  const [scorerModel] = scorerModels(dir);
  const evaluation = await evaluate({
    imageDir: images,
    csvFile: ratings,
    fileColumn: values['file-column'],
    ratingColumn: values['rating-column'],
    balanceColumn: values.balance,
    adults: values.adults,
    groupColumns: values.group,
    modelsDir: dir,
    scorerModel: scorerModel!,
    folds,
    onProgress: (work, done, total) => line.show(work, done, total),
  });
  const report = evaluationReport(evaluation, {
    scorer: path.basename(scorerModel!),
    ratingColumn: values['rating-column'],
    date: new Date(),
    versions: await versions(),
  });
  if (out) process.stderr.write(`Written: ${(await writeReport(report, out)).join(', ')}\n`);
  else process.stdout.write(toMarkdown(report, undefined));
}
