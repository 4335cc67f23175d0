import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve } from 'node:path';

/** One photo on standard input. */
export const STDIN = '-';
/** What estimate writes ends like this. */
export const WRITTEN = '.scored.jpg';

/** What counts as a photo when a folder is given; a file that is named counts whatever it is called. */
const PHOTO_NAMES = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** Pictures somebody may well expect to be taken. */
const OTHER_PICTURES = new Set(['.heic', '.heif', '.gif', '.avif', '.tif', '.tiff', '.bmp', '.svg', '.jxl']);

export interface PhotoFile {
  path: string;
  /** The folder it is in, as seen from the folder that was given; empty for one that was named itself. */
  folder: string;
}

export interface Found {
  photos: PhotoFile[];
  /** Pictures of other kinds, estimate's own pictures, the folder it writes to, and folders that can't be read. */
  skipped: { otherKinds: string[]; written: string[]; out: string[]; unreadable: string[] };
}

/** The files meant by the arguments: folders stand for the photos in them and below, sorted; anything else for itself, even if missing. */
export async function photoFiles(paths: readonly string[]): Promise<string[]> {
  return (await findPhotos(paths)).photos.map(({ path }) => path);
}

/**
 * The same, and what was skipped.
 *
 * @param out a folder that is not searched, unless it is one of those that are given, or around one
 */
export async function findPhotos(paths: readonly string[], out?: string): Promise<Found> {
  const found: Found = { photos: [], skipped: { otherKinds: [], written: [], out: [], unreadable: [] } };
  for (const path of paths) {
    if (path === STDIN || !(await isFolder(path))) {
      if (isWritten(path)) found.skipped.written.push(path);
      else found.photos.push({ path, folder: '' });
      continue;
    }
    const files = await search(path, found.skipped, out === undefined ? undefined : resolve(out));
    found.photos.push(...files.sort().map((file) => ({ path: file, folder: relative(path, dirname(file)) })));
  }
  return found;
}

async function search(folder: string, skipped: Found['skipped'], out: string | undefined): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) skipped.unreadable.push(folder);
  const files: string[] = [];
  for (const entry of entries ?? []) {
    const path = join(folder, entry.name);
    const ending = extname(entry.name).toLowerCase();
    if (entry.isDirectory()) {
      if (resolve(path) === out) skipped.out.push(path);
      else files.push(...(await search(path, skipped, out)));
    } else if (entry.isFile()) {
      if (isWritten(path)) skipped.written.push(path);
      else if (PHOTO_NAMES.has(ending)) files.push(path);
      else if (OTHER_PICTURES.has(ending)) skipped.otherKinds.push(path);
    }
  }
  return files;
}

function isWritten(path: string): boolean {
  return path.toLowerCase().endsWith(WRITTEN);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
