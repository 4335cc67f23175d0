import { closeLogger, type Logger } from './logger.ts';

export interface ShutdownOptions {
  logger: Logger;
  /** Closes everything, also in the middle of a start. */
  stop(): Promise<void>;
  /** How long `stop` may take before the process exits anyway, in ms. Keep it below Swarm's stop_grace_period. */
  graceMs: number;
}

/** Ctrl-C in a terminal reaches the process directly and, a moment later, again through npm or pnpm. In milliseconds. */
const SAME_SIGNAL_MS = 1_000;

/**
 * The first SIGTERM or SIGINT calls `stop` and exits with 0. The process exits with 1 after a second signal, after `graceMs`,
 * and if `stop` throws. An uncaught exception is handled as by `fail`.
 */
export class Shutdown {
  #options: ShutdownOptions;
  /** Milliseconds since the epoch. */
  #stoppingSince: number | undefined;

  constructor(options: ShutdownOptions) {
    this.#options = options;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#onSignal(signal));
    for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, this.fail);
  }

  /** For fatal errors: logs the error, tries to stop, and exits with 1, so that the orchestrator starts a new process. */
  readonly fail = (error: unknown): void => {
    const { logger } = this.#options;
    // Parts of a start that is being undone may fail.
    if (this.#stoppingSince !== undefined) logger.debug({ err: error }, 'an error while this process stops');
    else logger.fatal({ err: error }, 'this process is broken: exiting');
    void this.#end(1);
  };

  #onSignal(signal: NodeJS.Signals): void {
    const { logger } = this.#options;
    if (this.#stoppingSince === undefined) {
      logger.info({ signal }, 'stopping');
      void this.#end(0);
    } else if (Date.now() - this.#stoppingSince > SAME_SIGNAL_MS) {
      logger.warn({ signal }, 'told twice to stop: exiting at once');
      process.exit(1);
    }
  }

  async #end(exitCode: number): Promise<void> {
    if (this.#stoppingSince !== undefined) return;
    this.#stoppingSince = Date.now();
    const { logger, stop, graceMs } = this.#options;
    setTimeout(() => {
      logger.error({ graceMs }, 'stopping took too long: giving up');
      process.exit(1);
    }, graceMs);
    let code = exitCode;
    try {
      await stop();
      logger.info('stopped');
    } catch (error) {
      logger.error({ err: error }, 'could not stop cleanly');
      code = 1;
    }
    await closeLogger(logger);
    process.exit(code);
  }
}
