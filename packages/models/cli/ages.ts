import { UsageError } from '@attrai/contracts/command-line';
import { readAges, readLooks } from '../src/ages/age-table.ts';
import { decideFaces } from '../src/ages/decide.ts';
import { report } from '../src/ages/tables.ts';
import { command, requireOptions } from './command.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';

const USAGE = `Usage: pnpm models ages --images DIR (--ages FILE.csv | --ratings FILE.csv) [options]
  --images DIR            folder of the pictures (required); the largest face of each counts
  --ages FILE.csv         table with the columns file, set, age or bracket (such as 13-17 or 70+), and, if known, gender and race
  --set NAME              only the faces of this set
  --ratings FILE.csv      table of how old faces look, instead of --ages
  --file-column NAME      its column with the pictures' names within DIR (file)
  --age-column NAME       its column with how old each face is, or looks, in years (age)
  --copies                also measure changed copies: with drawn glasses, caps, ..., blurred, dim, small, turned; takes six times as long
Prints what share of the faces of each age the whole pipeline scores. It says nothing about single faces.
`;

const OPTIONS = {
  images: { type: 'string' },
  ages: { type: 'string' },
  set: { type: 'string' },
  ratings: { type: 'string' },
  'file-column': { type: 'string', default: 'file' },
  'age-column': { type: 'string', default: 'age' },
  copies: { type: 'boolean', default: false },
} as const;

export const ages = command(USAGE, OPTIONS, async (values) => {
  const { images } = requireOptions(values, ['images'], USAGE);
  const { ratings, set } = values;
  if (!values.ages === !ratings) throw new UsageError('Give one of --ages and --ratings.', USAGE);
  const columns = { fileColumn: values['file-column']!, ratingColumn: values['age-column']! };
  const { faces, skipped } = values.ages
    ? { faces: await readAges(values.ages, set ? [set] : undefined), skipped: [] }
    : await readLooks({ csvFile: ratings!, ...columns });
  const line = new ProgressLine();
  const options = { imageDir: images, modelsDir: await prepareModels(line), copies: values.copies! };
  const read = await decideFaces(faces, options, line.counter('Looking at faces', faces.length));
  process.stdout.write(report(read.decided, [...skipped, ...read.skipped]));
});
