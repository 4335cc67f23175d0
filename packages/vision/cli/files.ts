import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What counts as a photo when a folder is given; a file that is named counts whatever it is called. */
const PHOTO_NAMES = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** Pictures somebody may well expect to be taken. */
const OTHER_PICTURES = new Set(['.heic', '.heif', '.gif', '.avif', '.tif', '.tiff', '.bmp', '.svg', '.jxl']);

/** The files meant by the arguments: folders stand for the photos in them and below, sorted; anything else for itself, even if missing. */
export async function photoFiles(paths: readonly string[]): Promise<string[]> {
  return (await findPhotos(paths)).files;
}

/** The same, and how many pictures in the folders were skipped because they are of another kind. */
export async function findPhotos(paths: readonly string[]): Promise<{ files: string[]; skipped: number }> {
  const files: string[] = [];
  let skipped = 0;
  for (const path of paths) {
    const folder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
    if (!folder) {
      files.push(path);
      continue;
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const named = (endings: Set<string>) =>
      entries.filter((entry) => entry.isFile() && endings.has(extname(entry.name).toLowerCase()));
    const photos = named(PHOTO_NAMES);
    skipped += named(OTHER_PICTURES).length;
    files.push(...photos.map((entry) => join(entry.parentPath, entry.name)).sort());
  }
  return { files, skipped };
}
