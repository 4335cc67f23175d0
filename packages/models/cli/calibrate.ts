import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { ensureModels } from '../src/build.ts';
import { calibrate, readChips } from '../src/fit/calibrate.ts';
import { calibrateAge, readAgePictures } from '../src/fit/calibrate-age.ts';
import { calibrateMtcnn } from '../src/fit/calibrate-mtcnn.ts';
import { modelsDir } from '../src/models-dir.ts';
import { AGE_CALIBRATION_FILE } from '../src/nets/age-calibration.ts';
import { CALIBRATION_FILE } from '../src/nets/calibration.ts';
import { MTCNN_CALIBRATION_FILE } from '../src/nets/mtcnn-calibration.ts';
import { AGE_WEIGHTS, FACE_NET_WEIGHTS, MTCNN_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';
import { ProgressLine } from './progress.ts';

export const CALIBRATE_USAGE = `Usage: pnpm models calibrate --images DIR
  --images DIR   photos of faces; 200 are plenty, and of a folder with more so many are taken, evenly
Writes src/nets/*.calibration.json of packages/models over, from which the models are built again at the next start. Run \`pnpm fix\` to lay them
out, and git to have the old ones back.
`;
const PHOTOS = 200;

/** Writes the calibration that is part of the project. */
export async function calibrateCommand(images: string | undefined): Promise<void> {
  if (!images) {
    process.stderr.write(CALIBRATE_USAGE);
    process.exitCode = 2;
    return;
  }
  const line = new ProgressLine();
  const dir = modelsDir();
  await ensureModels({ dir, onProgress: ({ done, total }) => line.show('Building models', done, total) });
  restrictSharp();
  const all = (await readdir(images)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  const step = Math.max(1, all.length / PHOTOS);
  const files = Array.from({ length: Math.min(all.length, PHOTOS) }, (_, i) =>
    path.join(images, all[Math.floor(i * step)]!),
  );
  const chips = await readChips(files, dir, (done) => line.show('Cutting out faces', done, files.length));
  const calibration = await calibrate(await readWeights(FACE_NET_WEIGHTS), chips);
  await writeFile(CALIBRATION_FILE, `${JSON.stringify(calibration, null, 2)}\n`);
  const ranges = await calibrateMtcnn(await readWeights(MTCNN_WEIGHTS), files, dir, (done) =>
    line.show('Looking for faces', done, files.length),
  );
  await writeFile(MTCNN_CALIBRATION_FILE, `${JSON.stringify(ranges, null, 2)}\n`);
  const pictures = await readAgePictures(files, dir, (done) =>
    line.show('Cutting out faces again', done, files.length),
  );
  const ages = await calibrateAge(await readWeights(AGE_WEIGHTS), pictures);
  await writeFile(AGE_CALIBRATION_FILE, `${JSON.stringify(ages, null, 2)}\n`);
  const written = [CALIBRATION_FILE, MTCNN_CALIBRATION_FILE, AGE_CALIBRATION_FILE];
  process.stderr.write(`${chips.length} faces. Written: ${written.join(', ')}\n`);
}
