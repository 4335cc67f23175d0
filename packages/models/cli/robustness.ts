import path from 'node:path';
import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { toMarkdown, writeReport } from '../src/report/write-report.ts';
import { choosePhotos } from '../src/robustness/choose-photos.ts';
import { measureShifts } from '../src/robustness/measure.ts';
import { type Measured, robustnessReport } from '../src/robustness/report.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { requireReport } from './require-report.ts';
import { scorerModels } from './scorer-model.ts';
import { versions } from './versions.ts';

const USAGE = `Usage: pnpm models robustness --images DIR [options]
  --images DIR   folder of photos with faces (required); may be repeated
  --photos N     so many of each folder, drawn with always the same seed (200)
  --out FILE     write a report: .html, .svg (the chart), or .md (with its chart in an .svg beside it);
                 without it, the text is printed
It looks at the scorer in bytes and the one in float32, or at SCORER_MODEL alone.
`;

export async function robustnessCommand(args: string[]): Promise<void> {
  const { values } = readCommandLine(USAGE, {
    args,
    options: {
      images: { type: 'string', multiple: true, default: [] },
      photos: { type: 'string', default: '200' },
      out: { type: 'string' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { images, out } = values;
  const most = Number(values.photos);
  if (images.length === 0) throw new UsageError('--images is missing.', USAGE);
  if (!(Number.isInteger(most) && most > 0)) throw new UsageError('--photos takes a whole number from 1.', USAGE);
  await requireReport(out, USAGE);

  const line = new ProgressLine();
  const files = await choosePhotos(images, most);
  const dir = await prepareModels(line);
  const measured: Measured[] = [];
  for (const scorerModel of scorerModels(dir)) {
    const scorer = path.basename(scorerModel);
    const shifts = await measureShifts(files, { modelsDir: dir, scorerModel }, (done) =>
      line.show(`Photos with ${scorer}`, done, files.length),
    );
    measured.push({ scorer, shifts });
  }
  const report = robustnessReport(measured, { photos: files.length, date: new Date(), versions: await versions() });
  if (out) process.stderr.write(`Written: ${(await writeReport(report, out)).join(', ')}\n`);
  else process.stdout.write(toMarkdown(report, undefined));
}
