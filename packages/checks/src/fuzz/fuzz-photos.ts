import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Line } from './front-door.ts';
import { type Mutant, mutant } from './mutate.ts';
import { makeSources } from './sources.ts';

export interface FuzzOptions {
  photos: number;
  seed: number;
  modelsDir: string;
  onProgress(done: number): void;
  /** The program that takes the photos; another one in tests. */
  frontDoor?: string;
}

export interface Finding {
  number: number;
  what: string;
  /** How the photo was made. */
  made: string;
  /** Where it was saved. */
  file: string;
}

export interface FuzzReport {
  /** How many photos had which outcome. */
  ends: Record<string, number>;
  slowestMs: number;
  /** Resident bytes after each round of the same photos; empty if it didn't come to that. */
  memory: number[];
  findings: Finding[];
}

/** Proper answers to a photo. `failed` would be an unexpected error. */
const ANSWERS = ['scored', 'no_face', 'unreadable', 'too_many_pixels', 'too_many_bytes'];
/** A run ends when it has found so many problems. */
const MOST_FINDINGS = 20;

/**
 * Handles `photos` mutated photos as an estimator handles a message, in a process of its own. If a photo ends that process, it is
 * started again with the next photo. Anything but a proper answer is a finding, and its photo is saved.
 */
export async function fuzzPhotos(options: FuzzOptions): Promise<FuzzReport> {
  const { photos, seed, onProgress } = options;
  const sources = await makeSources();
  const report: FuzzReport = { ends: {}, slowestMs: 0, memory: [], findings: [] };
  let folder: string | undefined;

  async function found(number: number, what: string): Promise<void> {
    folder ??= await mkdtemp(join(tmpdir(), 'attrai-fuzz-'));
    const { bytes, made }: Mutant = mutant(sources, seed, number);
    const file = join(folder, `seed-${seed}-photo-${number}`);
    await writeFile(file, bytes);
    report.findings.push({ number, what, made, file });
  }

  function end(kind: string): void {
    report.ends[kind] = (report.ends[kind] ?? 0) + 1;
  }

  /** Runs one process from photo `from` on; resolves to the photo to go on with. */
  async function runFrom(from: number): Promise<number> {
    report.memory = [];
    const program = options.frontDoor ?? fileURLToPath(new URL('./front-door.ts', import.meta.url));
    const args = [seed, from, photos].map(String);
    const child = spawn(process.execPath, ['--expose-gc', program, ...args, options.modelsDir], {
      // As in the container.
      env: { ...process.env, MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    let at = from;
    for await (const text of createInterface(child.stdout)) {
      const line = JSON.parse(text) as Line;
      if ('at' in line) at = line.at;
      else if ('rss' in line) report.memory.push(line.rss);
      else if ('threw' in line) {
        end('threw');
        await found(line.done, line.threw);
      } else if ('done' in line) {
        end(line.kind);
        report.slowestMs = Math.max(report.slowestMs, line.ms);
        if (!ANSWERS.includes(line.kind)) await found(line.done, `the answer was ${line.kind}`);
        onProgress(line.done + 1);
      }
    }
    const [code, signal] = await closed;
    if (code === 0) return photos;
    end('died');
    await found(at, signal === 'SIGKILL' ? 'it hung' : `its process ended with ${signal ?? `exit code ${code}`}`);
    return at + 1;
  }

  for (let next = 0; next < photos && report.findings.length < MOST_FINDINGS; ) next = await runFrom(next);
  return report;
}
