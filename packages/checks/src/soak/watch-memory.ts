import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface Watched {
  name: string;
  /** Undefined while it doesn't run. */
  readonly pid: number | undefined;
}

/** The memory of a process at a moment. */
export interface Sample {
  /** Since the watch began, ms. */
  atMs: number;
  /** Resident set size, bytes. */
  rss: number;
}

/** Memory over time by the name of the process. */
export type Memory = ReadonlyMap<string, Sample[]>;

export interface MemoryWatch {
  readonly memory: Memory;
  stop(): Promise<void>;
}

/** Samples the memory of processes from now on. */
export function watchMemory(processes: readonly Watched[], everyMs: number): MemoryWatch {
  const start = performance.now();
  const memory = new Map(processes.map(({ name }) => [name, [] as Sample[]]));

  async function sample({ name, pid }: Watched): Promise<void> {
    const rss = pid === undefined ? undefined : await rssOf(pid);
    if (rss !== undefined) memory.get(name)!.push({ atMs: performance.now() - start, rss });
  }

  let sampling = Promise.resolve();
  const timer = setInterval(() => {
    sampling = sampling.then(async () => void (await Promise.all(processes.map(sample))));
  }, everyMs);

  return {
    memory,
    async stop() {
      clearInterval(timer);
      await sampling;
    },
  };
}

/** Undefined if the process is gone. */
async function rssOf(pid: number): Promise<number | undefined> {
  try {
    const kilobytes = process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
    return kilobytes * 1024;
  } catch {
    return undefined;
  }
}

async function fromProc(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  // A process that has ended and is not yet buried has no memory.
  if (!found) throw new Error(`Process ${pid} has ended`);
  return Number(found[1]);
}

async function fromPs(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout);
}
