import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What counts as a photo when a folder is given; a file that is named counts whatever it is called. */
const PHOTO_NAMES = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** The files meant by the arguments: folders stand for the photos in them and below, sorted; anything else for itself, even if missing. */
export async function photoFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const folder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
    if (!folder) {
      files.push(path);
      continue;
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const photos = entries.filter((entry) => entry.isFile() && PHOTO_NAMES.has(extname(entry.name).toLowerCase()));
    files.push(...photos.map((entry) => join(entry.parentPath, entry.name)).sort());
  }
  return files;
}
