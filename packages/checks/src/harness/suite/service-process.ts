import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Guard } from '@attrai/test-servers/guard';
import { waitUntil } from '@attrai/test-servers/wait-until';

/** How a service is run. */
export interface Form {
  /** The file that Node runs. */
  entry: string;
  env: Record<string, string>;
  /** A file that Node loads before. */
  preload?: string;
}

export interface ServiceSpec extends Form {
  name: string;
  /** Where it serves its health. */
  port: number;
  logFile: string;
  guard: Guard;
}

export interface ServiceProcess {
  readonly name: string;
  readonly running: boolean;
  /** Of the process that runs now. */
  readonly pid: number | undefined;
  /** How often it was started anew after it ended. */
  readonly restarts: number;
  /** To the process; when it ends of it, a new one is started. */
  signal(signal: NodeJS.Signals): void;
  /** A counter of its metrics, summed over its labels; 0 if it isn't there. */
  counter(name: string): Promise<number>;
  /** What GET /readyz says. */
  isReady(): Promise<boolean>;
  untilReady(): Promise<void>;
  /** Ends it well. */
  pause(): Promise<void>;
  /** Ends it well and starts it in another form; without one, in its first. */
  changeTo(change?: Partial<Form>): Promise<void>;
  /** Ends it well; nothing starts it again. */
  stop(): Promise<void>;
}

/** As an orchestrator that looks after its services would. */
const RESTART_AFTER_MS = 1_000;
const STOP_MS = 15_000;

/** Starts a service as a process of its own and, whenever it ends, starts it anew. */
export function startServiceProcess(spec: ServiceSpec): ServiceProcess {
  let form: Form = spec;
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let wanted = true;
  let stopped = false;
  let restarts = 0;
  let restart: NodeJS.Timeout | undefined;

  function start(): void {
    const log = openSync(spec.logFile, 'a');
    const preload = form.preload === undefined ? [] : ['--import', form.preload];
    const started = spawn(process.execPath, [...preload, form.entry], {
      env: { ...process.env, ...form.env, HEALTH_PORT: String(spec.port) },
      detached: true, // Ctrl-C is for the harness, which then ends its services.
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child = started;
    if (started.pid !== undefined) spec.guard.watch(started.pid);
    ended = new Promise((resolve) => {
      started.once('exit', () => {
        if (started.pid !== undefined) spec.guard.forget(started.pid);
        child = undefined;
        resolve();
        if (wanted) restart = setTimeout(startAnew, RESTART_AFTER_MS);
      });
    });
  }

  function startAnew(): void {
    restarts += 1;
    start();
  }

  async function end(): Promise<void> {
    wanted = false;
    clearTimeout(restart);
    child?.kill('SIGCONT');
    child?.kill('SIGTERM');
    const tooLong = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(tooLong);
  }

  async function isReady(): Promise<boolean> {
    const answer = fetch(`http://127.0.0.1:${spec.port}/readyz`, { signal: AbortSignal.timeout(2_000) });
    return answer.then(
      (response) => response.ok,
      () => false,
    );
  }

  async function counter(name: string): Promise<number> {
    const metrics = await (await fetch(`http://127.0.0.1:${spec.port}/metrics`)).text();
    const samples = metrics.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return samples.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  start();

  return {
    name: spec.name,
    get running() {
      return child !== undefined;
    },
    get pid() {
      return child?.pid;
    },
    get restarts() {
      return restarts;
    },
    signal: (signal) => void child?.kill(signal),
    counter,
    isReady,
    untilReady: () => waitUntil(`${spec.name} does not become ready; its log: ${spec.logFile}`, isReady, 90_000),
    pause: end,
    async changeTo(change = {}) {
      await end();
      if (stopped) return;
      form = { ...spec, ...change, env: { ...spec.env, ...change.env } };
      wanted = true;
      start();
    },
    async stop() {
      stopped = true;
      await end();
    },
  };
}
