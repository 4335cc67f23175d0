import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Guard {
  /** For the data of the servers. Deleted with them. */
  readonly folder: string;
  /** Kills the process group of `pid` at the end. */
  watch(pid: number): void;
  /** The process has ended, and its id may be reused. */
  forget(pid: number): void;
  /** Removes this Docker container at the end. */
  watchContainer(name: string): void;
  /** Ends everything it watches and deletes the folder. Happens by itself when this process ends. */
  release(): Promise<void>;
}

/** Starts a guardian process (guardian.ts), which cleans up even if this process is killed. */
export async function startGuard(): Promise<Guard> {
  const folder = await mkdtemp(join(tmpdir(), 'attrai-test-'));
  const script = fileURLToPath(new URL('guardian.ts', import.meta.url));
  const guardian = spawn(process.execPath, [script, folder], {
    detached: true, // so that Ctrl-C in the terminal doesn't reach it
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(guardian, 'exit');
  const say = (line: string) => guardian.stdin.write(`${line}\n`);
  guardian.unref();
  (guardian.stdin as Socket).unref();

  return {
    folder,
    watch: (pid) => say(`watch ${pid}`),
    forget: (pid) => say(`forget ${pid}`),
    watchContainer: (name) => say(`container ${name}`),
    async release() {
      guardian.ref();
      guardian.stdin.end();
      await ended;
    },
  };
}
