import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Guard } from '@attrai/test-servers/guard';
import { waitUntil } from '@attrai/test-servers/wait-until';

export interface Form {
  entry: string;
  env: Record<string, string>;
  /** A module that Node loads first. */
  preload?: string;
}

interface ServiceSpec extends Form {
  name: string;
  port: number;
  logFile: string;
  guard: Guard;
}

/** An orchestrator waits as long. */
const RESTART_AFTER_MS = 1_000;
const STOP_MS = 15_000;
const READY_WITHIN_MS = 90_000;

/** A service in its own process. It is restarted when it ends, unless a method of this class ended it. */
export class ServiceProcess {
  readonly #spec: ServiceSpec;
  #form: Form;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #wanted = false;
  #stopped = false;
  /** How often it was restarted after it ended by itself or by a signal. */
  restarts = 0;
  #restart: NodeJS.Timeout | undefined;

  private constructor(spec: ServiceSpec) {
    this.#spec = spec;
    this.#form = spec;
  }

  static start(spec: ServiceSpec): ServiceProcess {
    const service = new ServiceProcess(spec);
    service.#start();
    return service;
  }

  get name(): string {
    return this.#spec.name;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Sends a signal. If that ends the process, it is restarted. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** A counter of its metrics, summed over labels; 0 if unknown. Throws if the service doesn't run. */
  async counter(name: string): Promise<number> {
    const metrics = await (await fetch(this.#url('/metrics'))).text();
    const samples = metrics.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return samples.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Waits until /readyz answers 200. Throws after 90 s. */
  async untilReady(): Promise<void> {
    const { name, logFile } = this.#spec;
    await waitUntil(`${name} does not become ready; its log: ${logFile}`, () => this.#isReady(), READY_WITHIN_MS);
  }

  /** What GET /readyz says; empty while it doesn't run. */
  async readiness(): Promise<string> {
    return fetch(this.#url('/readyz')).then(
      (response) => response.text(),
      () => '',
    );
  }

  /** Stops it by SIGTERM until `changeTo` starts it again. */
  async pause(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restart);
    // A process that got SIGSTOP must be continued first.
    this.#child?.kill('SIGCONT');
    this.#child?.kill('SIGTERM');
    const tooLong = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(tooLong);
  }

  /** Restarts it by SIGTERM in another form; by default in its first one. */
  async changeTo(change: Partial<Form> = {}): Promise<void> {
    await this.pause();
    if (this.#stopped) return;
    this.#form = { ...this.#spec, ...change, env: { ...this.#spec.env, ...change.env } };
    this.#start();
  }

  /** Stops it by SIGTERM for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.pause();
  }

  #start(): void {
    const { logFile, port, guard } = this.#spec;
    const { entry, env, preload } = this.#form;
    const log = openSync(logFile, 'a');
    const args = preload === undefined ? [entry] : ['--import', preload, entry];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env, HEALTH_PORT: String(port) },
      detached: true, // Ctrl-C should end the check, which then ends its services.
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#wanted = true;
    this.#child = child;
    if (child.pid !== undefined) guard.watch(child.pid);
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => {
        if (child.pid !== undefined) guard.forget(child.pid);
        this.#child = undefined;
        resolve();
        if (this.#wanted) this.#restart = setTimeout(() => this.#startAgain(), RESTART_AFTER_MS);
      });
    });
  }

  #startAgain(): void {
    this.restarts += 1;
    this.#start();
  }

  async #isReady(): Promise<boolean> {
    const signal = AbortSignal.timeout(2_000);
    return (await fetch(this.#url('/readyz'), { signal }).catch(() => undefined))?.ok ?? false;
  }

  #url(path: string): string {
    return `http://127.0.0.1:${this.#spec.port}${path}`;
  }
}
