import { readFile } from 'node:fs/promises';
import { MAX_BYTES } from '../src/photo/limits.ts';
import { STDIN } from './files.ts';

export class FileError extends Error {
  readonly code: string;
  constructor(code: 'file_missing' | 'file_unreadable', cause: unknown) {
    super(code === 'file_missing' ? 'there is no such file' : 'the file cannot be read', { cause });
    this.code = code;
  }
}

/** @throws FileError */
export async function readPhoto(path: string): Promise<Buffer> {
  if (path === STDIN) return readStdin();
  try {
    return await readFile(path);
  } catch (error) {
    throw new FileError((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'file_missing' : 'file_unreadable', error);
  }
}

/** Stops after MAX_BYTES: the photo is refused then anyway. */
async function readStdin(): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of process.stdin) {
    parts.push(part);
    bytes += part.length;
    if (bytes > MAX_BYTES) break;
  }
  return Buffer.concat(parts);
}
