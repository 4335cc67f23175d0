import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Line } from './front-door.ts';
import { mutant } from './mutate.ts';
import { makeSources, type Source } from './sources.ts';

interface FuzzOptions {
  photos: number;
  seed: number;
  modelsDir: string;
  onProgress(done: number): void;
  /** The program that handles the photos; tests have another one. */
  frontDoor?: string;
}

interface Finding {
  number: number;
  what: string;
  /** Source and mutations of the photo. */
  made: string;
  /** Where the photo was saved. */
  file: string;
}

export interface FuzzReport {
  /** Number of photos by outcome. */
  ends: Record<string, number>;
  slowestMs: number;
  /** Resident bytes after each round of the same photos; empty if the last process did not get there. */
  memory: number[];
  findings: Finding[];
}

/** Outcomes that a mutated photo may have. `failed` would be an unexpected error. */
const ANSWERS = ['scored', 'no_face', 'unreadable', 'too_many_pixels', 'too_many_bytes'];
/** A run ends with so many findings. */
const MOST_FINDINGS = 20;
const FRONT_DOOR = fileURLToPath(new URL('./front-door.ts', import.meta.url));

/**
 * Handles mutated photos as an estimator does, in a process of its own. If a photo ends the process, a new one goes on with
 * the next photo. Any other end than an expected outcome is a finding, and the photo is saved.
 */
export async function fuzzPhotos(options: FuzzOptions): Promise<FuzzReport> {
  return await new Fuzz(options, await makeSources()).run();
}

class Fuzz {
  readonly #options: FuzzOptions;
  readonly #sources: Source[];
  readonly #report: FuzzReport = { ends: {}, slowestMs: 0, memory: [], findings: [] };
  #folder: string | undefined;

  constructor(options: FuzzOptions, sources: Source[]) {
    this.#options = options;
    this.#sources = sources;
  }

  async run(): Promise<FuzzReport> {
    const report = this.#report;
    for (let next = 0; next < this.#options.photos && report.findings.length < MOST_FINDINGS; ) {
      next = await this.#runFrom(next);
    }
    return report;
  }

  /** Runs one process from photo `from` on. Resolves to the number of the photo to continue with. */
  async #runFrom(from: number): Promise<number> {
    const { photos, seed, modelsDir, frontDoor = FRONT_DOOR } = this.#options;
    this.#report.memory = [];
    const args = [seed, from, photos].map(String);
    const child = spawn(process.execPath, ['--expose-gc', frontDoor, ...args, modelsDir], {
      // As in the container.
      env: { ...process.env, MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    let at = from;
    for await (const text of createInterface(child.stdout)) {
      const line = JSON.parse(text) as Line;
      if ('at' in line) at = line.at;
      else await this.#take(line);
    }
    const [code, signal] = await closed;
    if (code === 0) return photos;
    this.#count('died');
    await this.#find(at, signal === 'SIGKILL' ? 'it hung' : `its process ended with ${signal ?? `exit code ${code}`}`);
    return at + 1;
  }

  async #take(line: Exclude<Line, { at: number }>): Promise<void> {
    if ('rss' in line) this.#report.memory.push(line.rss);
    else if ('threw' in line) {
      this.#count('threw');
      await this.#find(line.done, line.threw);
    } else {
      this.#count(line.kind);
      this.#report.slowestMs = Math.max(this.#report.slowestMs, line.ms);
      if (!ANSWERS.includes(line.kind)) await this.#find(line.done, `the answer was ${line.kind}`);
      this.#options.onProgress(line.done + 1);
    }
  }

  #count(end: string): void {
    this.#report.ends[end] = (this.#report.ends[end] ?? 0) + 1;
  }

  async #find(number: number, what: string): Promise<void> {
    const { seed } = this.#options;
    this.#folder ??= await mkdtemp(join(tmpdir(), 'attrai-fuzz-'));
    const { bytes, made } = mutant(this.#sources, seed, number);
    const file = join(this.#folder, `seed-${seed}-photo-${number}`);
    await writeFile(file, bytes);
    this.#report.findings.push({ number, what, made, file });
  }
}
