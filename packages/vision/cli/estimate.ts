import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { codeOf } from '@attrai/contracts/errors';
import { labelText } from '../src/draw/draw-faces.ts';
import { loadVision } from '../src/load-vision.ts';
import type { Estimate } from '../src/vision.ts';
import { findPhotos } from './files.ts';
import { showProgress } from './progress.ts';

const USAGE = `Finds the faces in photos (JPEG, PNG, WebP) and scores those that don't look younger than 18.

  pnpm estimate FILE|DIR... [--json] [--out DIR] [--min-face PX]

  --json         one line of JSON a photo on stdout; a face that looks under 18 has "score":null,"unscored":"child" or "unsure"
  --out DIR      write each photo that has faces, with boxes and scores, to DIR/NAME.scored.jpg
  --min-face PX  longer side of the smallest face looked for, pixels of the photo reduced to 1280 (default 40)

  MODELS_DIR     folder of the models (default .models)
  SCORER_MODEL   another scorer model than the project's own
`;

interface Arguments {
  paths: string[];
  json: boolean;
  out: string | undefined;
  minFace: number;
}

/** Exits with 0, or 1 when a photo could not be used, or 2 when the command line makes no sense. */
async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const { out } = args;
  if (out !== undefined && (await isNoFolder(out)))
    throw new UsageError(`--out must be a folder, and ${out} is a file.`, USAGE);
  const { files: photos, skipped } = await findPhotos(args.paths);
  if (skipped > 0) {
    process.stderr.write(
      `Skipped ${skipped} ${skipped === 1 ? 'file that is' : 'files that are'} no JPEG, PNG or WebP.\n`,
    );
  }
  if (photos.length === 0) {
    process.stderr.write('There are no photos (.jpg, .jpeg, .png, .webp) in there.\n');
    return 1;
  }
  const scorerModel = process.env.SCORER_MODEL;
  await using vision = await openVision({
    modelsDir: process.env.MODELS_DIR ?? fileURLToPath(new URL('../../../.models', import.meta.url)),
    minFace: args.minFace,
    ...(scorerModel ? { scorerModel } : {}),
  });
  const pictureNames = new Set<string>();
  let failed = 0;
  for (const [i, photo] of photos.entries()) {
    const progress = showProgress(`${i + 1}/${photos.length} ${photo}`);
    try {
      const estimate = await vision.estimate(await readPhoto(photo));
      if (out !== undefined) await writePicture(out, photo, estimate, pictureNames);
      progress.clear();
      process.stdout.write(`${args.json ? jsonLine(photo, estimate) : textLine(photo, estimate)}\n`);
    } catch (error) {
      progress.clear();
      failed++;
      const { code, message } = describe(error);
      process.stdout.write(
        `${args.json ? JSON.stringify({ photo, error: { code, message } }) : `${photo}  ${message} (${code})`}\n`,
      );
    }
  }
  if (!args.json && out === undefined && failed < photos.length)
    process.stderr.write('Add --out DIR to get the pictures with boxes and scores.\n');
  return failed > 0 ? 1 : 0;
}

/** @throws UsageError */
function readArguments(argv: string[]): Arguments | 'help' {
  const { values, positionals } = readCommandLine(USAGE, {
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      'min-face': { type: 'string', default: '40' },
    },
  });
  if (values.help) return 'help';
  const minFace = Number(values['min-face']);
  if (!Number.isInteger(minFace) || minFace < 12) {
    throw new UsageError('--min-face takes a whole number from 12 up.', USAGE);
  }
  if (positionals.length === 0) throw new UsageError('Name a photo or a folder of photos.', USAGE);
  return { paths: positionals, json: values.json, out: values.out, minFace };
}

async function isNoFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isDirectory();
}

async function openVision(options: Parameters<typeof loadVision>[0]) {
  const vision = await loadVision(options);
  return { estimate: vision.estimate, [Symbol.asyncDispose]: vision.close };
}

async function readPhoto(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new FileError((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'file_missing' : 'file_unreadable', error);
  }
}

class FileError extends Error {
  readonly code: string;
  constructor(code: 'file_missing' | 'file_unreadable', cause: unknown) {
    super(code === 'file_missing' ? 'there is no such file' : 'the file cannot be read', { cause });
    this.code = code;
  }
}

function describe(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof FileError ? error.code : codeOf(error), message };
}

function jsonLine(photo: string, { width, height, faces, ms }: Estimate): string {
  const rounded = Object.fromEntries(
    Object.entries(ms).map(([stage, value]) => [stage, Math.round(value * 100) / 100]),
  );
  return JSON.stringify({ photo, width, height, faces, ms: rounded });
}

function textLine(photo: string, { width, height, faces, ms }: Estimate): string {
  const found = faces.length === 0 ? 'no face' : faces.length === 1 ? '1 face:' : `${faces.length} faces:`;
  const unscored = faces.some(({ score }) => score === null) ? [' (–: looks younger than 18, not scored)'] : [];
  const time = ` ${ms.total.toFixed(0)} ms`;
  return [photo, ` ${width}×${height} `, found, ...faces.map((face) => labelText(face)), ...unscored, time].join(' ');
}

/** Two photos of one name from different folders get different pictures. */
async function writePicture(folder: string, photo: string, { picture }: Estimate, taken: Set<string>): Promise<void> {
  if (picture === undefined) return;
  const stem = basename(photo, extname(photo));
  let name = `${stem}.scored.jpg`;
  for (let i = 2; taken.has(name); i++) name = `${stem}-${i}.scored.jpg`;
  taken.add(name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), picture);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${describe(error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
