import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { agesOf } from '../src/ages/estimate-ages.ts';
import { ageTables } from '../src/ages/tables.ts';
import { ensureModels } from '../src/build.ts';
import { readRatings } from '../src/fit/ratings.ts';
import { modelsDir } from './models-dir.ts';
import { ProgressLine } from './progress.ts';

const USAGE = `Usage: pnpm models ages --images DIR --ratings FILE.csv [options]
  --images DIR            folder of the pictures, one face each (required)
  --ratings FILE.csv      table with a header line (required)
  --file-column NAME      column with the pictures' names within DIR (file)
  --age-column NAME       column with how old each face is, or looks, in years (age)
Prints what share of the faces of each age is scored.
`;

export async function agesCommand(args: string[]): Promise<void> {
  const { values } = readCommandLine(USAGE, {
    args,
    options: {
      images: { type: 'string' },
      ratings: { type: 'string' },
      'file-column': { type: 'string', default: 'file' },
      'age-column': { type: 'string', default: 'age' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { images, ratings: table } = values;
  if (!images || !table) throw new UsageError(`${images ? '--ratings' : '--images'} is missing.`, USAGE);
  const { ratings, skipped } = await readRatings(table, values['file-column'], values['age-column']);
  const line = new ProgressLine();
  const dir = modelsDir();
  await ensureModels({ dir, onProgress: ({ done, total }) => line.show('Building models', done, total) });
  restrictSharp();
  const read = await agesOf(ratings, images, dir, (done) => line.show('Looking at faces', done, ratings.length));
  process.stdout.write(ageTables(read.ages, [...skipped, ...read.skipped]));
}
