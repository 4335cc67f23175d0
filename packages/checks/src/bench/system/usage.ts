import { readdir, readFile } from 'node:fs/promises';
import { statusBytes } from '../../harness/process-status.ts';

/** CPU time by name, milliseconds. */
export type Cpu<Name extends string> = Record<Name, number>;

/** The unit of CPU time in /proc, whatever the kernel's own clock (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS_A_SECOND = 100;

/** A process in /proc/PID/stat. */
interface ProcessStat {
  pid: number;
  parent: number;
  cpuMs: number;
}

/** CPU milliseconds of each of `roots` with all of its children, to 10 ms. NaN where a pid isn't known. */
export async function cpuOf<Name extends string>(roots: Record<Name, (number | undefined)[]>): Promise<Cpu<Name>> {
  const all = await listProcesses();
  const children = Map.groupBy(all, ({ parent }) => parent);
  const own = new Map(all.map(({ pid, cpuMs }) => [pid, cpuMs]));
  const tree = (pid: number | undefined): number =>
    pid === undefined
      ? Number.NaN
      : (children.get(pid) ?? []).reduce((sum, child) => sum + tree(child.pid), own.get(pid) ?? 0);
  const sums = Object.entries<(number | undefined)[]>(roots).map(([name, pids]) => [
    name,
    pids.reduce((sum: number, pid) => sum + tree(pid), 0),
  ]);
  return Object.fromEntries(sums);
}

/** CPU milliseconds of the main threads of processes in all, to 10 ms. NaN where a pid isn't known. */
export async function cpuOfMainThreads(pids: (number | undefined)[]): Promise<number> {
  const stats = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/task/${pid}/stat`, 'utf8').catch(() => undefined)),
  );
  return stats.reduce((sum, stat) => sum + (stat === undefined ? Number.NaN : cpuMsIn(fieldsOf(stat), 2)), 0);
}

/** What was used between two looks. */
export function cpuBetween<Name extends string>(before: Cpu<Name>, after: Cpu<Name>): Cpu<Name> {
  return mapCpu(after, (ms, name) => ms - before[name]);
}

/** What each of so many photos took. */
export function cpuPerPhoto<Name extends string>(cpu: Cpu<Name>, photos: number): Cpu<Name> {
  return mapCpu(cpu, (ms) => ms / photos);
}

function mapCpu<Name extends string>(cpu: Cpu<Name>, change: (ms: number, name: Name) => number): Cpu<Name> {
  const changed = Object.entries<number>(cpu).map(([name, ms]) => [name, change(ms, name as Name)]);
  return Object.fromEntries(changed);
}

/** The most memory the process ever had resident, bytes; 0 if it doesn't run. */
export async function peakMemory(pid: number | undefined): Promise<number> {
  return (await statusBytes(pid, 'VmHWM')) ?? 0;
}

async function listProcesses(): Promise<ProcessStat[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)));
  return stats.filter((stat) => stat !== undefined).map(readStat);
}

function readStat(line: string): ProcessStat {
  const fields = fieldsOf(line);
  // Its own and those of its children that have ended, in user and in system mode.
  return { pid: Number.parseInt(line, 10), parent: Number(fields[1]), cpuMs: cpuMsIn(fields, 4) };
}

/** Fields of /proc/PID/stat from the third on. The second is a name in brackets, which may hold anything. */
function fieldsOf(line: string): string[] {
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

/** The sum of the first so many of utime, stime, cutime and cstime. */
function cpuMsIn(fields: string[], times: number): number {
  const ticks = fields.slice(11, 11 + times).reduce((sum, field) => sum + Number(field), 0);
  return (ticks * 1000) / TICKS_A_SECOND;
}
