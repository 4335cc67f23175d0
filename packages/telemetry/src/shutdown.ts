import { closeLogger, type Logger } from './logger.ts';

export interface ShutdownOptions {
  /** How long `stop` may take before the process exits anyway, in ms. Keep it below Swarm's stop_grace_period. */
  graceMs: number;
}

export interface Shutdown {
  /** For fatal errors: logs the error, tries to stop, and exits with 1, so that the orchestrator starts a new process. */
  fail(error: unknown): void;
}

/** Ctrl-C in a terminal reaches the process directly and, a moment later, again through npm or pnpm. In milliseconds. */
const SAME_SIGNAL_MS = 1_000;

/**
 * The first SIGTERM or SIGINT calls `stop` and exits with 0. The process exits with 1 after a second signal, after `graceMs`,
 * and if `stop` throws. An uncaught exception is handled as by `fail`.
 */
export function onShutdown(logger: Logger, stop: () => Promise<void>, { graceMs }: ShutdownOptions): Shutdown {
  let stoppingSince: number | undefined;

  async function end(exitCode: number): Promise<void> {
    if (stoppingSince !== undefined) return;
    stoppingSince = Date.now();
    setTimeout(() => {
      logger.error({ graceMs }, 'stopping took too long: giving up');
      process.exit(1);
    }, graceMs);
    try {
      await stop();
      logger.info('stopped');
    } catch (error) {
      logger.error({ err: error }, 'could not stop cleanly');
      exitCode = 1;
    }
    await closeLogger(logger);
    process.exit(exitCode);
  }

  function onSignal(signal: NodeJS.Signals): void {
    if (stoppingSince === undefined) {
      logger.info({ signal }, 'stopping');
      void end(0);
    } else if (Date.now() - stoppingSince > SAME_SIGNAL_MS) {
      logger.warn({ signal }, 'told twice to stop: exiting at once');
      process.exit(1);
    }
  }

  function fail(error: unknown): void {
    logger.fatal({ err: error }, 'this process is broken: exiting');
    void end(1);
  }

  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  return { fail };
}
