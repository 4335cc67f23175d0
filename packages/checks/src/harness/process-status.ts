import { readFile } from 'node:fs/promises';

/** A field of Linux's /proc/PID/status, see proc(5); undefined if the process has ended or lacks the field. */
export async function statusField(pid: number | 'self' | undefined, name: string): Promise<string | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return new RegExp(`^${name}:\\s+(.+)$`, 'm').exec(status)?.[1];
}

/** A field in kB, as bytes. `VmRSS` is the resident memory, `VmHWM` its peak. */
export async function statusBytes(pid: number | undefined, name: string): Promise<number | undefined> {
  const field = await statusField(pid, name);
  return field === undefined ? undefined : Number.parseInt(field, 10) * 1024;
}
