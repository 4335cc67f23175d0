import { toMarkdown } from '../src/report/write-report.ts';
import { listPhotos } from '../src/robustness/choose-photos.ts';
import { findCandidates } from '../src/thresholds/find-candidates.ts';
import { scoreSmallFaces } from '../src/thresholds/small-faces.ts';
import { thresholdReport } from '../src/thresholds/tables.ts';
import { command, requireOptions, wholeNumber } from './command.ts';
import { prepareModels, scorerModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';

const USAGE = `Usage: pnpm models thresholds --images DIR [--faces N]
  --images DIR   folder of photos that all have the same number of faces (required)
  --faces N      that number (1)
`;

const OPTIONS = { images: { type: 'string' }, faces: { type: 'string', default: '1' } } as const;

/** Prints recall and precision for each threshold, and the error of small faces' scores. */
export const thresholds = command(USAGE, OPTIONS, async (values) => {
  const { images } = requireOptions(values, ['images'], USAGE);
  const faces = wholeNumber('--faces', values.faces!, 1, USAGE);
  const line = new ProgressLine();
  const files = await listPhotos(images);
  const modelsDir = await prepareModels(line);
  const candidates = await findCandidates(files, faces, modelsDir, line.counter('Photos', files.length));
  const [scorerModel] = scorerModels(modelsDir);
  const onProgress = line.counter('Photos made smaller', files.length);
  const sizes = await scoreSmallFaces(files, { modelsDir, scorerModel }, onProgress);
  const counts = { faces: faces * files.length, photos: files.length };
  process.stdout.write(toMarkdown(thresholdReport(candidates, sizes, counts)));
});
