import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Suite } from '../../faults/suite/suite.ts';

const run = promisify(execFile);

/** The cores that this process may use, by number. */
export async function ownCores(): Promise<number[]> {
  const status = await readFile('/proc/self/status', 'utf8');
  const [, list = ''] = /^Cpus_allowed_list:\s+(\S+)$/m.exec(status) ?? [];
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/**
 * Keeps everything but the estimators, this process included, off as many cores as there are estimators at work, so that each has one to
 * itself, as on a server with more cores: what is measured is the suite, not how five processes get along on two cores. For 0 estimators,
 * and where no core is left for the rest, or it may not be done, all share all. Returns whether they are kept apart.
 */
export async function keepApart(suite: Suite, estimators: number, cores: readonly number[]): Promise<boolean> {
  const { bot, sandboxProcess, rabbitmq, redis } = suite;
  const rest = [bot.pid, sandboxProcess.pid, await rabbitmq.pid(), await redis.pid(), process.pid];
  const apart = estimators > 0 && cores.length > estimators;
  const others = apart ? cores.slice(estimators) : cores;
  try {
    for (const pid of rest) await allow(pid, others);
    // Those that were started by this process have been kept off as well.
    for (const { pid, running } of suite.estimators) if (running) await allow(pid, cores);
    return apart;
  } catch {
    for (const pid of [process.pid, bot.pid, sandboxProcess.pid]) await allow(pid, cores);
    return false;
  }
}

/** All threads of a process; what it starts later as well. */
async function allow(pid: number | undefined, cores: readonly number[]): Promise<void> {
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', cores.join(','), String(pid)]);
}
