import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { GUARD_FILE } from './guard.ts';

export const MANIFEST = 'manifest.json';

const SOURCES = import.meta.dirname;
/** What the builder is made of; the other folders fit heads and measure. */
const BUILDER = /^(build|make|verify|head|guard|(nets|onnx|weights)\/.*)\.(ts|json)$/;

/** What is in the models folder, and what made it. */
export interface Manifest {
  fingerprint: string;
  /** sha256 by file name. */
  files: Record<string, string>;
}

/**
 * Identifies what the models would be built from: the builder's sources (the versions and checksums of the source
 * weights and the calibration are among them), the form of the scorer's metadata, the head and the guard.
 */
export async function fingerprint(headFile: string, sources = SOURCES): Promise<string> {
  const own = (await readdir(sources, { recursive: true }))
    .filter((file) => BUILDER.test(file.replaceAll(path.sep, '/')))
    .sort()
    .map((file) => path.join(sources, file));
  const resolve = createRequire(import.meta.url).resolve;
  const metadata = ['metadata', 'signs'].map((file) => resolve(`@attrai/vision/score/${file}`));
  const contents = await Promise.all([...own, ...metadata, headFile, GUARD_FILE].map((file) => readFile(file)));
  const hash = createHash('sha256');
  for (const content of contents) hash.update(`${content.length}\n`).update(content);
  return hash.digest('hex');
}

/** Whether the folder holds these files exactly as a build of this fingerprint left them there. */
export async function isUpToDate(dir: string, wanted: string, files: readonly string[]): Promise<boolean> {
  const manifest = await readManifest(dir);
  if (manifest?.fingerprint !== wanted) return false;
  const intact = await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(path.join(dir, file)).catch(() => undefined);
      return bytes !== undefined && sha256(bytes) === manifest.files[file];
    }),
  );
  return intact.every(Boolean);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A manifest that is missing, or that something broke, is no manifest: the models are built again. */
async function readManifest(dir: string): Promise<Manifest | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(path.join(dir, MANIFEST), 'utf8'));
    return isManifest(manifest) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'fingerprint' in value &&
    'files' in value &&
    typeof value.files === 'object' &&
    value.files !== null
  );
}
