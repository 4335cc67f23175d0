import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { keepApart, ownCores } from '../src/bench/system/cores.ts';
import type { Suite } from '../src/harness/suite/suite.ts';

function idle() {
  const { pid } = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void process.kill(pid!, 'SIGKILL'));
  return { pid, running: true };
}

/** A process with a thread named `vision`, as in an estimator. */
async function estimating() {
  const code =
    "new (require('node:worker_threads').Worker)('setInterval(() => {}, 1000)', { eval: true, name: 'vision' })";
  const { pid } = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
  onTestFinished(() => void process.kill(pid!, 'SIGKILL'));
  const thread = await vi.waitFor(async () => {
    for (const id of await readdir(`/proc/${pid}/task`)) {
      if ((await readFile(`/proc/${pid}/task/${id}/comm`, 'utf8')) === 'vision\n') return Number(id);
    }
    throw new Error('The thread has not begun');
  }, 40_000);
  return { pid, running: true, thread };
}

async function coresOf(pid: number | undefined): Promise<string | undefined> {
  return /^Cpus_allowed_list:\s+(\S+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
}

test('lists the cores that this process may use', async () => {
  // A container may get less of their time.
  expect((await ownCores()).length).toBeGreaterThanOrEqual(availableParallelism());
});

test('gives the vision thread of each estimator its own core and everything else the others, until all cores are shared again', async (context) => {
  const cores = await ownCores();
  if (cores.length < 2) {
    console.warn('Not run: there is only one core.');
    return context.skip('one core');
  }
  const [bot, sandboxProcess, server] = [idle(), idle(), idle()];
  const asServer = { pid: async () => server.pid };
  const suite = { bot, sandboxProcess, rabbitmq: asServer, redis: asServer, estimators: [] as unknown[] };
  const all = await coresOf(process.pid);
  const apart = (estimators: number) => keepApart(suite as unknown as Suite, estimators, cores);
  const rest = [bot.pid, sandboxProcess.pid, server.pid, process.pid];
  const allowed = (pids: (number | undefined)[]) => Promise.all(pids.map(coresOf));

  await apart(cores.length - 1);
  // Its parent, this process, may not use the first core.
  const estimator = await estimating();
  suite.estimators.push(estimator);
  expect(await apart(cores.length - 1)).toBe(true);
  expect(await allowed(rest)).toEqual(rest.map(() => String(cores.at(-1))));
  expect(await allowed([estimator.pid, estimator.thread])).toEqual([String(cores.at(-1)), String(cores[0])]);
  for (const tooMany of [cores.length, 0]) {
    await apart(cores.length - 1);
    expect(await apart(tooMany)).toBe(false);
    const every = [...rest, estimator.pid, estimator.thread];
    expect(await allowed(every)).toEqual(every.map(() => all));
  }
});
