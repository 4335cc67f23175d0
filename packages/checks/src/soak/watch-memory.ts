import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Repeated } from '@attrai/contracts/repeated';
import { statusBytes } from '../harness/process-status.ts';

const run = promisify(execFile);

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

/** Samples the memory of processes from now on, every `everyMs`, until it is stopped. */
export function watchMemory(processes: readonly Watched[], everyMs: number): MemoryWatch {
  const start = performance.now();
  const memory = new Map(processes.map(({ name }) => [name, [] as Sample[]]));

  async function sample({ name, pid }: Watched): Promise<void> {
    const rss = pid === undefined ? undefined : await rssOf(pid);
    if (rss !== undefined) memory.get(name)!.push({ atMs: performance.now() - start, rss });
  }

  const sampling = new Repeated(everyMs, async () => void (await Promise.all(processes.map(sample))));
  return { memory, stop: () => sampling.stop() };
}

/** Undefined if the process is gone. */
async function rssOf(pid: number): Promise<number | undefined> {
  if (process.platform === 'linux') return statusBytes(pid, 'VmRSS');
  const kilobytes = await run('ps', ['-o', 'rss=', '-p', String(pid)]).then(
    ({ stdout }) => Number(stdout),
    () => undefined,
  );
  return kilobytes && kilobytes * 1024;
}
