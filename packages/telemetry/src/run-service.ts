import { createLogger } from './logger.ts';
import { redact } from './redact.ts';

/**
 * Runs the `main` of a service. A start that fails (a bad configuration, missing models, a taken port) ends in one log
 * line, or in plain words on a terminal, and exit code 1.
 */
export async function runService(service: string, main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (process.stdout.isTTY) process.stderr.write(`${redact(message)}\n`);
    else createLogger({ service }).fatal({ err: error }, message);
    process.exit(1);
  }
}
