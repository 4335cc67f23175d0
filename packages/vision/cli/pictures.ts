import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { type PhotoFile, STDIN, WRITTEN } from './files.ts';

/** Writes pictures to a folder, with the same subfolders as their photos. */
export class Pictures {
  readonly #out: string;
  /** In lower case: some file systems do not tell upper and lower case apart. */
  readonly #taken = new Set<string>();

  constructor(out: string) {
    this.#out = out;
  }

  /** Photos of the same name get pictures of different names. */
  async write({ path, folder }: PhotoFile, picture: Buffer): Promise<void> {
    const stem = join(folder, path === STDIN ? 'stdin' : basename(path, extname(path)));
    let name = `${stem}${WRITTEN}`;
    for (let i = 2; this.#taken.has(name.toLowerCase()); i++) name = `${stem}-${i}${WRITTEN}`;
    this.#taken.add(name.toLowerCase());
    const target = join(this.#out, name);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, picture);
  }
}
