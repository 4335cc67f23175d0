import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { readAges } from '../src/ages/age-table.ts';
import { guardCard } from '../src/guard/card.ts';
import { fitGuard, requireAges } from '../src/guard/fit-guard.ts';
import { readPicturesToFit } from '../src/guard/pictures-to-fit.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { versions } from './versions.ts';

const USAGE = `Usage: pnpm models fit-guard --images DIR --ages FILE.csv [options]
  --images DIR       folder of the pictures, one face each (required)
  --ages FILE.csv    table with the columns file, set, age or bracket (as 13-17 or 70+), and, if known, gender and race (required)
  --fit SET,SET      the sets to fit on; all when left out
  --out FILE.json    where the guard goes (guard.json); its card is put beside it (guard.card.md)
It takes ten minutes a thousand faces on a slow machine, and 1 GB of memory for each 4,000.
`;

export async function fitGuardCommand(args: string[]): Promise<void> {
  const { values } = readCommandLine(USAGE, {
    args,
    options: {
      images: { type: 'string' },
      ages: { type: 'string' },
      fit: { type: 'string' },
      out: { type: 'string', default: 'guard.json' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { images, ages, fit, out } = values;
  if (!images || !ages) throw new UsageError(`${images ? '--ages' : '--images'} is missing.`, USAGE);
  const faces = await readAges(ages, fit?.split(','));
  requireAges(faces);
  const line = new ProgressLine();
  const modelsDir = await prepareModels(line);
  const { pictures, skipped } = await readPicturesToFit(faces, { imageDir: images, modelsDir }, (done) =>
    line.show('Describing faces', done, faces.length),
  );
  const result = fitGuard(pictures, new Date(), (done, total) => line.show('Fitting', done, total));
  const card = `${out.slice(0, out.length - path.extname(out).length)}.card.md`;
  await writeFile(out, `${JSON.stringify(result.guard, null, 2)}\n`);
  await writeFile(card, guardCard(result, skipped, await versions()));
  process.stderr.write(`Written: ${out}, ${card}\n`);
}
