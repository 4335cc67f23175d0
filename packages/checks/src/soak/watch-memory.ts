import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Repeated } from '@attrai/contracts/repeated';
import { statusBytes } from '../harness/process-status.ts';

const run = promisify(execFile);

interface Watched {
  name: string;
  /** Undefined while it doesn't run. */
  readonly pid: number | undefined;
}

export interface Sample {
  /** Milliseconds since the start of the watch. */
  atMs: number;
  /** Resident set size, bytes. */
  rss: number;
}

/** Samples by name of the process. */
export type Memory = ReadonlyMap<string, Sample[]>;

/** Samples the memory of processes every `everyMs`, until it is stopped. */
export class MemoryWatch {
  readonly memory: Memory;
  readonly #start = performance.now();
  readonly #sampling: Repeated;

  constructor(processes: readonly Watched[], everyMs: number) {
    this.memory = new Map(processes.map(({ name }) => [name, []]));
    this.#sampling = new Repeated(everyMs, async () => {
      await Promise.all(processes.map((one) => this.#sample(one)));
    });
  }

  stop(): Promise<void> {
    return this.#sampling.stop();
  }

  async #sample({ name, pid }: Watched): Promise<void> {
    const rss = pid === undefined ? undefined : await rssOf(pid);
    if (rss !== undefined) this.memory.get(name)!.push({ atMs: performance.now() - this.#start, rss });
  }
}

/** Undefined if the process has ended. */
async function rssOf(pid: number): Promise<number | undefined> {
  if (process.platform === 'linux') return statusBytes(pid, 'VmRSS');
  const listed = await run('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => undefined);
  return listed && Number(listed.stdout) * 1024;
}
