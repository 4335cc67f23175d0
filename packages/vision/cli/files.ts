import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve } from 'node:path';

/** The path that means one photo on standard input. */
export const STDIN = '-';
/** The ending of pictures that estimate writes. */
export const WRITTEN = '.scored.jpg';

/** The photos that are taken from a folder. A file that is named itself is taken whatever its name. */
const PHOTO_NAMES = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** Pictures that somebody may expect to be read too. */
const OTHER_PICTURES = new Set(['.heic', '.heif', '.gif', '.avif', '.tif', '.tiff', '.bmp', '.svg', '.jxl']);

export interface PhotoFile {
  path: string;
  /** Its folder, relative to the folder that was given; empty for a photo that was named itself. */
  folder: string;
}

export interface Found {
  photos: PhotoFile[];
  /** Pictures of other kinds, estimate's own pictures, the folder it writes to, links to folders, and folders that can't be read. */
  skipped: { otherKinds: string[]; written: string[]; out: string[]; links: string[]; unreadable: string[] };
}

/** The files that arguments stand for: a folder for all photos in it and below, sorted; anything else for itself, even if missing. */
export async function photoFiles(paths: readonly string[]): Promise<string[]> {
  return (await findPhotos(paths)).photos.map(({ path }) => path);
}

/** The same, and what was skipped. @param out a folder to skip when it lies below a folder that is given */
export async function findPhotos(paths: readonly string[], out?: string): Promise<Found> {
  const found: Found = { photos: [], skipped: { otherKinds: [], written: [], out: [], links: [], unreadable: [] } };
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
    } else if (entry.isSymbolicLink() && (await isFolder(path))) {
      // It may lead back up.
      skipped.links.push(path);
    } else if (entry.isFile() || entry.isSymbolicLink()) {
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
