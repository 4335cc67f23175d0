import { readFile } from 'node:fs/promises';

/**
 * A field of Linux's /proc/PID/status (proc(5)): `VmRSS` and `VmHWM` are resident memory now and its peak.
 * Undefined if the process has ended, or has no such field: one that has just ended has no memory.
 */
export async function statusField(pid: number | 'self' | undefined, name: string): Promise<string | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return new RegExp(`^${name}:\\s+(.+)$`, 'm').exec(status)?.[1];
}

/** A field in kB, as bytes; undefined as for `statusField`. */
export async function statusBytes(pid: number | undefined, name: string): Promise<number | undefined> {
  const field = await statusField(pid, name);
  return field === undefined ? undefined : Number.parseInt(field, 10) * 1024;
}
