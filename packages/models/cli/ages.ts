import { readCommandLine } from '@attrai/contracts/command-line';
import { agesOf, SMALL_SIDES } from '../src/ages/estimate-ages.ts';
import { ageTables, smallFaceTable } from '../src/ages/tables.ts';
import { readRatings } from '../src/fit/ratings.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { RATED_PICTURES, requireRated } from './rated-pictures.ts';

const USAGE = `Usage: pnpm models ages --images DIR --ratings FILE.csv [options]
  --images DIR            folder of the pictures, one face each (required)
  --ratings FILE.csv      table with a header line (required)
  --file-column NAME      column with the pictures' names within DIR (file)
  --age-column NAME       column with how old each face is, or looks, in years (age)
  --small                 measure faces of 45 to 110 px as well, from the same pictures reduced; takes minutes
Prints what share of the faces of each age is scored.
`;

export async function agesCommand(args: string[]): Promise<void> {
  const { values } = readCommandLine(USAGE, {
    args,
    options: {
      ...RATED_PICTURES,
      'age-column': { type: 'string', default: 'age' },
      small: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { images, ratings: table } = requireRated(values, USAGE);
  const { ratings, skipped } = await readRatings(table, values['file-column'], values['age-column']);
  const line = new ProgressLine();
  const dir = await prepareModels(line);
  const options = { modelsDir: dir, sides: values.small ? SMALL_SIDES : [] };
  const read = await agesOf(ratings, images, options, (done) => line.show('Looking at faces', done, ratings.length));
  process.stdout.write(ageTables(read.ages, [...skipped, ...read.skipped]));
  if (values.small) process.stdout.write(`\n${smallFaceTable(read.small)}`);
}
