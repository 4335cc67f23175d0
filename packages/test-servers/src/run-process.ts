import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Guard } from './guard.ts';
import { waitUntil } from './wait-until.ts';

const exec = promisify(execFile);

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  guard: Guard;
  /** Whether the server answers. */
  answers(): Promise<boolean>;
}

export interface RunningProcess {
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  pid(): Promise<number | undefined>;
}

/** A server process in a process group of its own, with its output in `<guard.folder>/<name>.out`. Not started yet. */
export function serverProcess(spec: ProcessSpec): RunningProcess {
  const outputFile = join(spec.guard.folder, `${spec.name}.out`);
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();

  return {
    async start() {
      const output = openSync(outputFile, 'a');
      const started = spawn(spec.command, spec.args, {
        cwd: spec.guard.folder,
        env: { ...process.env, ...spec.env },
        detached: true,
        stdio: ['ignore', output, output],
      });
      closeSync(output);
      started.unref();
      child = started;
      let hasEnded = false;
      ended = new Promise((resolve) => {
        const end = () => {
          hasEnded = true;
          if (started.pid !== undefined) spec.guard.forget(started.pid);
          resolve();
        };
        started.once('error', end);
        started.once('exit', end);
      });
      if (started.pid !== undefined) spec.guard.watch(started.pid);

      try {
        await waitUntil(`${spec.name} does not answer`, async () => hasEnded || (await spec.answers()), 90_000);
        if (hasEnded) throw new Error(`${spec.name} ended at its start`);
      } catch (error) {
        const said = await readFile(outputFile, 'utf8').catch(() => '');
        throw new Error(`Could not start ${spec.command}. Its last words:\n${said.slice(-3000)}`, { cause: error });
      }
    },
    async stop() {
      child?.ref();
      child?.kill('SIGTERM');
      await ended;
    },
    async kill() {
      child?.ref();
      try {
        if (child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
      await ended;
    },
    pid: async () => (child?.exitCode === null && child.signalCode === null ? child.pid : undefined),
  };
}

/** Runs a command to its end and resolves to its standard output. */
export async function runCommand(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await exec(command, args, { env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** Whether the command runs and succeeds. */
export async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  return runCommand(command, args).then(
    () => true,
    () => false,
  );
}
