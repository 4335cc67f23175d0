import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { type AgedFace, readAges } from '../src/ages/age-table.ts';
import { decideFaces } from '../src/ages/decide.ts';
import { report } from '../src/ages/report.ts';
import { readRatings, type Skipped } from '../src/fit/ratings.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';

const USAGE = `Usage: pnpm models ages --images DIR (--ages FILE.csv | --ratings FILE.csv) [options]
  --images DIR            folder of the pictures; of several faces in one the largest counts (required)
  --ages FILE.csv         table with the columns file, set, age or bracket (as 13-17 or 70+), and, if known, gender and race
  --set NAME              only the faces of this set
  --ratings FILE.csv      table of how old faces look, in place of --ages
  --file-column NAME      its column with the pictures' names within DIR (file)
  --age-column NAME       its column with how old each face is, or looks, in years (age)
  --copies                also measure changed copies: with drawn glasses, caps, ..., blurred, dim, small, turned; takes six times as long
Prints what share of the faces of each age the whole pipeline scores, and of no single face.
`;

export async function agesCommand(args: string[]): Promise<void> {
  const { values } = readCommandLine(USAGE, {
    args,
    options: {
      images: { type: 'string' },
      ages: { type: 'string' },
      set: { type: 'string' },
      ratings: { type: 'string' },
      'file-column': { type: 'string', default: 'file' },
      'age-column': { type: 'string', default: 'age' },
      copies: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { images, ages, ratings, set, copies } = values;
  if (!images) throw new UsageError('--images is missing.', USAGE);
  if (!ages === !ratings) throw new UsageError('It takes one of --ages and --ratings.', USAGE);
  const { faces, skipped } = ages
    ? { faces: await readAges(ages, set ? [set] : undefined), skipped: [] }
    : await readLooks(ratings!, values['file-column'], values['age-column']);
  const line = new ProgressLine();
  const modelsDir = await prepareModels(line);
  const read = await decideFaces(faces, { imageDir: images, modelsDir, copies }, (done) =>
    line.show('Looking at faces', done, faces.length),
  );
  process.stdout.write(report(read.decided, [...skipped, ...read.skipped]));
}

async function readLooks(
  csvFile: string,
  fileColumn: string,
  ageColumn: string,
): Promise<{ faces: AgedFace[]; skipped: Skipped[] }> {
  const { ratings, skipped } = await readRatings(csvFile, fileColumn, ageColumn);
  const faces = ratings.map(({ file, rating: age }) => ({ file, set: '', from: age, to: age, gender: '', race: '' }));
  return { faces, skipped };
}
