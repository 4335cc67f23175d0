import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { statusField } from '../../harness/process-status.ts';
import type { Suite } from '../../harness/suite/suite.ts';

const run = promisify(execFile);

export async function ownCores(): Promise<number[]> {
  const list = (await statusField('self', 'Cpus_allowed_list')) ?? '';
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/**
 * Gives the vision thread of each running estimator its own core. Everything else shares the other cores: this process, the
 * servers, the other threads of the estimators. So the benchmark measures the suite, not a dozen threads on two cores.
 *
 * Returns false if all share all cores: with 0 estimators, without a core for the rest, or without the permission.
 */
export async function keepApart(suite: Suite, estimators: number, cores: readonly number[]): Promise<boolean> {
  const { bot, sandboxProcess, rabbitmq, redis } = suite;
  const rest = [bot.pid, sandboxProcess.pid, await rabbitmq.pid(), await redis.pid(), process.pid];
  const apart = estimators > 0 && cores.length > estimators;
  const others = apart ? cores.slice(estimators) : cores;
  try {
    for (const pid of rest) await allow(pid, others);
    for (const [i, { pid }] of suite.estimators.filter(({ running }) => running).entries()) {
      await allow(pid, others);
      if (apart) await run('taskset', ['--cpu-list', '--pid', String(cores[i]), await visionThreadOf(pid)]);
    }
    return apart;
  } catch {
    for (const pid of [...rest, ...suite.estimators.map((one) => one.pid)]) await allow(pid, cores).catch(() => {});
    return false;
  }
}

/** The id of the thread named `vision`. Throws if there is none. */
async function visionThreadOf(pid: number | undefined): Promise<string> {
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    if ((await readFile(`/proc/${pid}/task/${thread}/comm`, 'utf8')).trim() === 'vision') return thread;
  }
  throw new Error('An estimator has no vision thread.');
}

/** Restricts all threads of a process, also future ones, to these cores. */
async function allow(pid: number | undefined, cores: readonly number[]): Promise<void> {
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', cores.join(','), String(pid)]);
}
