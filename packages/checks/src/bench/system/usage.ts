import { readdir, readFile } from 'node:fs/promises';
import { statusBytes } from '../../harness/process-status.ts';

/** CPU time by name, milliseconds. */
export type Cpu<Name extends string> = Record<Name, number>;

/** Unit of CPU time in /proc, see proc(5) and sysconf(_SC_CLK_TCK). */
const TICKS_A_SECOND = 100;

interface ProcessStat {
  pid: number;
  parent: number;
  cpuMs: number;
}

/** CPU milliseconds of processes with all their children, to 10 ms. NaN for an unknown pid. */
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

/** CPU milliseconds of the main threads of processes, summed, to 10 ms. NaN for an unknown pid. */
export async function cpuOfMainThreads(pids: (number | undefined)[]): Promise<number> {
  const stats = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/task/${pid}/stat`, 'utf8').catch(() => undefined)),
  );
  return stats.reduce((sum, stat) => sum + (stat === undefined ? Number.NaN : cpuMsIn(fieldsOf(stat), 2)), 0);
}

export function cpuBetween<Name extends string>(before: Cpu<Name>, after: Cpu<Name>): Cpu<Name> {
  return mapCpu(after, (ms, name) => ms - before[name]);
}

export function cpuPerPhoto<Name extends string>(cpu: Cpu<Name>, photos: number): Cpu<Name> {
  return mapCpu(cpu, (ms) => ms / photos);
}

function mapCpu<Name extends string>(cpu: Cpu<Name>, change: (ms: number, name: Name) => number): Cpu<Name> {
  const changed = Object.entries<number>(cpu).map(([name, ms]) => [name, change(ms, name as Name)]);
  return Object.fromEntries(changed);
}

/** Peak resident memory, bytes; 0 if the process doesn't run. */
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
  // Its own time and that of children that have ended, in user and system mode.
  return { pid: Number.parseInt(line, 10), parent: Number(fields[1]), cpuMs: cpuMsIn(fields, 4) };
}

/** Fields of /proc/PID/stat from the third on. The second is a name in brackets with any characters. */
function fieldsOf(line: string): string[] {
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

/** The sum of the first `times` of utime, stime, cutime and cstime. */
function cpuMsIn(fields: string[], times: number): number {
  const ticks = fields.slice(11, 11 + times).reduce((sum, field) => sum + Number(field), 0);
  return (ticks * 1000) / TICKS_A_SECOND;
}
