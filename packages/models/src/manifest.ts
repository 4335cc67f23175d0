import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { GUARD_FILE } from './guard.ts';
import { readJson } from './read-json.ts';

export const MANIFEST = 'manifest.json';

const SOURCES = import.meta.dirname;
/** The builder's sources; the other folders fit heads and measure. */
const BUILDER = /^(build|make|verify|head|guard|read-json|(nets|onnx|weights)\/.*)\.(ts|json)$/;

/** What is in the models folder, and what made it: sha256 by file name, and a fingerprint. */
const manifestSchema = z.object({ fingerprint: z.string(), files: z.record(z.string(), z.string()) });
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * Identifies what models are built from: the builder's sources (with the calibration, and the versions and checksums of the source weights),
 * the form of the scorer's metadata, the head and the guard.
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

/** Whether the folder holds these files exactly as a build of this fingerprint left them. */
export async function isUpToDate(dir: string, wanted: string, files: readonly string[]): Promise<boolean> {
  // Without a usable manifest, the models are built again.
  const manifest = await readJson(path.join(dir, MANIFEST), manifestSchema).catch(() => undefined);
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
