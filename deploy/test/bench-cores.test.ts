import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { keepApart, ownCores } from '../bench/system/cores.ts';
import type { Suite } from '../faults/suite/suite.ts';

/** A process that does nothing. */
function idle() {
  const { pid } = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void process.kill(pid!, 'SIGKILL'));
  return { pid, running: true };
}

async function coresOf(pid: number | undefined): Promise<string | undefined> {
  return /^Cpus_allowed_list:\s+(\S+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
}

test('knows the cores it may use', async () => {
  // A container's share of the processor's time may be less.
  expect((await ownCores()).length).toBeGreaterThanOrEqual(availableParallelism());
});

test('keeps all but the estimators off a core for each of them, where there are enough, and lets them back', async (context) => {
  const cores = await ownCores();
  if (cores.length < 2) {
    console.warn('Not run: there is one core alone, and nothing to keep apart.');
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
  // Started by a process that is kept off.
  const estimator = idle();
  suite.estimators.push(estimator);
  expect(await apart(cores.length - 1)).toBe(true);
  expect(await allowed(rest)).toEqual(rest.map(() => String(cores.at(-1))));
  expect(await coresOf(estimator.pid)).toBe(all);
  for (const tooMany of [cores.length, 0]) {
    await apart(cores.length - 1);
    expect(await apart(tooMany)).toBe(false);
    expect(await allowed(rest)).toEqual(rest.map(() => all));
  }
});
