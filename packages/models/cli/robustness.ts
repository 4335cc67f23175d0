import path from 'node:path';
import { UsageError } from '@attrai/contracts/command-line';
import { choosePhotos } from '../src/robustness/choose-photos.ts';
import { measureShifts } from '../src/robustness/measure.ts';
import { type Measured, robustnessReport } from '../src/robustness/report.ts';
import { command, wholeNumber } from './command.ts';
import { requireReport, writeOrPrint } from './output.ts';
import { prepareModels, scorerModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { versions } from './versions.ts';

const USAGE = `Usage: pnpm models robustness --images DIR [options]
  --images DIR   folder of photos with faces (required); may be repeated
  --photos N     take N photos of each folder, always the same ones (200)
  --out FILE     write a report: .html, .svg (the chart), or .md (with its chart in an .svg beside it);
                 without it, the text is printed
Measures the int8 scorer and the float32 scorer, or only SCORER_MODEL.
`;

const OPTIONS = {
  images: { type: 'string', multiple: true },
  photos: { type: 'string', default: '200' },
  out: { type: 'string' },
} as const;

export const robustness = command(USAGE, OPTIONS, async ({ images = [], photos = '', out }) => {
  if (images.length === 0) throw new UsageError('--images is missing.', USAGE);
  const most = wholeNumber('--photos', photos, 1, USAGE);
  await requireReport(out, USAGE);

  const line = new ProgressLine();
  const files = await choosePhotos(images, most);
  const modelsDir = await prepareModels(line);
  const measured: Measured[] = [];
  for (const scorerModel of scorerModels(modelsDir)) {
    const scorer = path.basename(scorerModel);
    const onProgress = line.counter(`Photos with ${scorer}`, files.length);
    measured.push({ scorer, shifts: await measureShifts(files, { modelsDir, scorerModel }, onProgress) });
  }
  const about = { photos: files.length, date: new Date(), versions: await versions() };
  await writeOrPrint(robustnessReport(measured, about), out);
});
