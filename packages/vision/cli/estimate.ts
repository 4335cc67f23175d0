import { access, constants, mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '@attrai/contracts/command-line';
import { codeOf } from '@attrai/contracts/errors';
import { loadVision } from '../src/load-vision.ts';
import type { Face } from '../src/vision.ts';
import { readArguments, USAGE } from './arguments.ts';
import { findPhotos } from './files.ts';
import { Pictures } from './pictures.ts';
import { FileError, readPhoto } from './read-photo.ts';
import { jsonLine, legend, skippedLines, summary, textLine } from './report.ts';
import { clearProgress, printable, showProgress } from './terminal.ts';

/** Returns the exit code: 0, or 1 if a photo could not be used. A command line that makes no sense ends with 2. */
async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2), process.env);
  if (args === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const { json, out } = args;
  // The default is where "models build" puts them.
  const modelsDir = resolve(process.env.MODELS_DIR || fileURLToPath(new URL('../../../.models', import.meta.url)));
  returnToUser();
  if (out !== undefined && (await isFile(out)))
    throw new UsageError(`--out must be a folder, and ${printable(out)} is a file.`, USAGE);
  const { photos, skipped } = await findPhotos(args.paths, out);
  say(skippedLines(skipped));
  if (photos.length === 0) {
    say(['There are no photos (.jpg, .jpeg, .png, .webp) in there.']);
    return 1;
  }
  if (out !== undefined) await expectWritable(out);
  const scorerModel = process.env.SCORER_MODEL;
  const vision = await loadVision({ modelsDir, minFace: args.minFace, ...(scorerModel ? { scorerModel } : {}) });
  const pictures = out === undefined ? undefined : new Pictures(out);
  const faces: Face[] = [];
  let failed = 0;
  for (const [i, photo] of photos.entries()) {
    showProgress(`${i + 1}/${photos.length} ${printable(photo.path)}`);
    let line: string;
    try {
      const estimate = await vision.estimate(await readPhoto(photo.path), { adultsConfirmed: args.adults });
      if (estimate.picture !== undefined) await pictures?.write(photo, estimate.picture);
      faces.push(...estimate.faces);
      line = json ? jsonLine(photo.path, estimate) : textLine(photo.path, estimate);
    } catch (error) {
      failed++;
      const { code, message } = describe(error);
      line = json
        ? JSON.stringify({ photo: photo.path, error: { code, message } })
        : printable(`${photo.path}  ${message} (${code})`);
    }
    clearProgress();
    process.stdout.write(`${line}\n`);
  }
  await vision.close();
  if (!json) say(legend(faces));
  if (!json && out === undefined && faces.length > 0) say(['Add --out DIR to get the pictures with boxes and scores.']);
  say([summary(photos.length, failed, faces)]);
  return failed > 0 ? 1 : 0;
}

/** Paths are relative to the user's folder: `pnpm estimate` runs in the project's folder, wherever it was called. */
function returnToUser(): void {
  const { INIT_CWD, npm_lifecycle_event } = process.env;
  if (npm_lifecycle_event === 'estimate' && INIT_CWD) process.chdir(INIT_CWD);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === false;
}

/** Makes the folder, too. */
async function expectWritable(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    await access(out, constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`--out ${printable(out)} can't be written to (${code}). Name another folder.`, { cause });
  }
}

function say(lines: string[]): void {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
}

function describe(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof FileError ? error.code : codeOf(error), message };
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${describe(error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
