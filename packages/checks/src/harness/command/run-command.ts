import { UsageError } from '@attrai/contracts/command-line';

/** Runs a command. The exit code is what `main` resolves to, 2 after a UsageError, 1 after any other error. */
export async function runCommand(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
