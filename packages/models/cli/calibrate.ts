import { writeFile } from 'node:fs/promises';
import { calibrate, FACE_NET_CUT } from '../src/fit/calibrate.ts';
import { AGE_CUT, calibrateAge } from '../src/fit/calibrate-age.ts';
import { calibrateMtcnn } from '../src/fit/calibrate-mtcnn.ts';
import { cutFaces } from '../src/fit/face-pictures.ts';
import { AGE_CALIBRATION_FILE, CALIBRATION_FILE, MTCNN_CALIBRATION_FILE } from '../src/nets/calibration.ts';
import { listPhotos } from '../src/robustness/choose-photos.ts';
import { AGE_WEIGHTS, FACE_NET_WEIGHTS, MTCNN_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';
import { command, requireOptions } from './command.ts';
import { sayWritten } from './output.ts';
import { prepareModels } from './prepare-models.ts';
import { ProgressLine } from './progress.ts';

const USAGE = `Usage: pnpm models calibrate --images DIR
  --images DIR   photos of faces (required); 200 are enough, and of a larger folder 200 are taken, evenly
Overwrites src/nets/*.calibration.json of packages/models; the models are built again from them at the next start. Run \`pnpm fix\` to
format the files. git has the old ones.
`;
const PHOTOS = 200;

/** Writes the calibration that is part of the project. */
export const calibrateNets = command(USAGE, { images: { type: 'string' } }, async (values) => {
  const { images } = requireOptions(values, ['images'], USAGE);
  const line = new ProgressLine();
  const dir = await prepareModels(line);
  const all = await listPhotos(images);
  const step = Math.max(1, all.length / PHOTOS);
  const files = Array.from({ length: Math.min(all.length, PHOTOS) }, (_, i) => all[Math.floor(i * step)]!);
  const write = (file: string, calibration: object) => writeFile(file, `${JSON.stringify(calibration, null, 2)}\n`);
  const cut = (what: typeof AGE_CUT, work: string) => cutFaces(files, dir, what, line.counter(work, files.length));

  const chips = await cut(FACE_NET_CUT, 'Cutting out faces');
  await write(CALIBRATION_FILE, await calibrate(await readWeights(FACE_NET_WEIGHTS), chips));
  const onProgress = line.counter('Looking for faces', files.length);
  await write(MTCNN_CALIBRATION_FILE, await calibrateMtcnn(await readWeights(MTCNN_WEIGHTS), files, dir, onProgress));
  const pictures = await cut(AGE_CUT, 'Cutting out faces again');
  await write(AGE_CALIBRATION_FILE, await calibrateAge(await readWeights(AGE_WEIGHTS), pictures));
  process.stderr.write(`${chips.length} faces.\n`);
  sayWritten([CALIBRATION_FILE, MTCNN_CALIBRATION_FILE, AGE_CALIBRATION_FILE]);
});
