import { codeOf } from '@attrai/contracts/errors';
import { createLogger } from './logger.ts';
import { redact } from './redact.ts';

/**
 * Runs the `main` of a service. If it throws (a bad configuration, missing models, a taken port), the process logs one line, or
 * writes the message to a terminal, and exits with 1. A bad configuration is written to stderr in any case, and its log line
 * has no stack: whoever starts the service is to read it.
 */
export async function runService(service: string, main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const badConfig = codeOf(error) === 'bad_config';
    if (badConfig && error instanceof Error) delete error.stack;
    if (badConfig || process.stdout.isTTY) process.stderr.write(`${redact(message)}\n`);
    if (!process.stdout.isTTY) createLogger({ service }).fatal({ err: error }, message);
    process.exit(1);
  }
}
