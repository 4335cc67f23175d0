import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { toMarkdown } from '../src/report/write-report.ts';
import { choosePhotos } from '../src/robustness/choose-photos.ts';
import { findCandidates } from '../src/thresholds/find-candidates.ts';
import { scoreSmallFaces } from '../src/thresholds/small-faces.ts';
import { thresholdReport } from '../src/thresholds/tables.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';
import { scorerModels } from './scorer-model.ts';

const USAGE = `Usage: pnpm models thresholds --images DIR [--faces N]
  --images DIR   folder of photos that all have the same number of faces (required)
  --faces N      that number (1)
`;

/** Prints recall and precision for each threshold, and how far the scores of small faces are off. */
export async function thresholdsCommand(args: string[]): Promise<void> {
  const { values } = readCommandLine(USAGE, {
    args,
    options: { images: { type: 'string' }, faces: { type: 'string', default: '1' } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const faces = Number(values.faces);
  if (!values.images) throw new UsageError('--images is missing.', USAGE);
  if (!(Number.isInteger(faces) && faces > 0)) throw new UsageError('--faces takes a whole number from 1.', USAGE);
  const line = new ProgressLine();
  const files = await choosePhotos([values.images], Number.POSITIVE_INFINITY);
  const dir = await prepareModels(line);
  const candidates = await findCandidates(files, faces, dir, (done) => line.show('Photos', done, files.length));
  const [scorerModel] = scorerModels(dir);
  const sizes = await scoreSmallFaces(files, { modelsDir: dir, scorerModel: scorerModel! }, (done) =>
    line.show('Photos made smaller', done, files.length),
  );
  const counts = { faces: faces * files.length, photos: files.length };
  process.stdout.write(toMarkdown(thresholdReport(candidates, sizes, counts), undefined));
}
