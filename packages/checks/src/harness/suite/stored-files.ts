import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PARKED_PREFIX } from '@attrai/bot/replies/parked';
import { VOLUME_MARK } from '@attrai/photo-store/volume-mark';

export class StoredFiles {
  readonly photoDir: string;
  readonly inboxDir: string;

  private constructor(folder: string) {
    this.photoDir = join(folder, 'photos');
    this.inboxDir = join(folder, 'inbox');
  }

  static async in(folder: string): Promise<StoredFiles> {
    const files = new StoredFiles(folder);
    for (const dir of [files.photoDir, files.inboxDir]) await mkdir(dir, { recursive: true });
    return files;
  }

  /** Paths of all photo files, also unfinished ones. */
  async ofPhotos(): Promise<string[]> {
    return [...(await filesIn(this.photoDir)), ...(await filesIn(this.inboxDir))].filter((file) => !isParked(file));
  }

  /** Paths of messages that are parked in the inbox for the operator. */
  async parked(): Promise<string[]> {
    return (await filesIn(this.inboxDir)).filter(isParked);
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== VOLUME_MARK);
  return files.map(({ parentPath, name }) => join(parentPath, name));
}

function isParked(file: string): boolean {
  return file.includes(`/${PARKED_PREFIX}`);
}
