import { readAges } from '../src/ages/age-table.ts';
import { guardCard } from '../src/guard/card.ts';
import { fitGuard, requireAges } from '../src/guard/fit-guard.ts';
import { readPicturesToFit } from '../src/guard/pictures-to-fit.ts';
import { command, requireOptions } from './command.ts';
import { sayWritten, writeFitted } from './output.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { versions } from './versions.ts';

const USAGE = `Usage: pnpm models fit-guard --images DIR --ages FILE.csv [options]
  --images DIR       folder of the pictures, one face each (required)
  --ages FILE.csv    table with the columns file, set, age or bracket (such as 13-17 or 70+), and, if known, gender and race (required)
  --fit SET,SET      the sets to fit on; all if left out
  --out FILE.json    where to write the guard (guard.json); its card goes beside it (guard.card.md)
6,500 faces take 20 minutes on a busy machine with two cores, and 1 GB of memory.
`;

const OPTIONS = {
  images: { type: 'string' },
  ages: { type: 'string' },
  fit: { type: 'string' },
  out: { type: 'string', default: 'guard.json' },
} as const;

export const fitGuardOnAges = command(USAGE, OPTIONS, async (values) => {
  const { images, ages } = requireOptions(values, ['images', 'ages'], USAGE);
  const faces = await readAges(ages, values.fit?.split(','));
  requireAges(faces);
  const line = new ProgressLine();
  const options = { imageDir: images, modelsDir: await prepareModels(line) };
  const read = await readPicturesToFit(faces, options, line.counter('Describing faces', faces.length));
  const result = fitGuard(read.pictures, new Date(), (done, total) => line.show('Fitting', done, total));
  sayWritten(await writeFitted(values.out!, result.guard, guardCard(result, read.skipped, await versions())));
});
