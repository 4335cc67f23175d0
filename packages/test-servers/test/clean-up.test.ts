import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('fixtures/start-servers.ts', import.meta.url));

interface Started {
  folder: string;
  pids: number[];
}

/** Runs a process that starts servers; resolves when they run. */
async function startServers() {
  const owner = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(owner.stdout.setEncoding('utf8'), 'data');
  return { owner, started: JSON.parse(line) as Started };
}

function remains({ folder, pids }: Started) {
  return { folder: existsSync(folder), running: pids.filter(isRunning) };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie has ended: it only waits for its parent.
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const nothing = { folder: false, running: [] };

test('leaves no process and no folder when it is asked to end', async () => {
  const { owner, started } = await startServers();
  expect(remains(started)).toEqual({ folder: true, running: started.pids });
  owner.stdin.end();
  await once(owner, 'exit');
  await expect.poll(() => remains(started)).toEqual(nothing);
});

test.each(['SIGINT', 'SIGKILL'] as const)('leaves no process and no folder when its owner gets %s', async (signal) => {
  const { owner, started } = await startServers();
  owner.kill(signal);
  await once(owner, 'exit');
  await expect.poll(() => remains(started)).toEqual(nothing);
});
