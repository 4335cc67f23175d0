import { codeOf } from '@attrai/contracts/errors';
import { createLogger } from './logger.ts';
import { redact } from './redact.ts';

/**
 * Runs the `main` of a service, which defers to `opened` what is to be closed. If it throws (a bad configuration, missing models,
 * a taken port), the process says so once, in plain words at a terminal, else in a log line, and exits with 1. An error of
 * ours has words for who starts the service, and no stack. Once `opened` is disposed, an error is of no interest: the start is
 * being undone.
 */
export async function runService(
  service: string,
  main: (opened: AsyncDisposableStack) => Promise<void>,
): Promise<void> {
  const opened = new AsyncDisposableStack();
  try {
    await main(opened);
  } catch (error) {
    if (opened.disposed) return;
    const message = error instanceof Error ? error.message : String(error);
    if (codeOf(error) !== 'unexpected') deleteStacks(error);
    if (process.stdout.isTTY) process.stderr.write(`${redact(message)}\n`);
    else createLogger({ service }).fatal({ err: error }, message);
    process.exit(1);
  }
}

function deleteStacks(error: unknown): void {
  if (!(error instanceof Error)) return;
  delete error.stack;
  deleteStacks(error.cause);
}
