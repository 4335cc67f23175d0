import { UsageError } from '../../packages/contracts/src/command-line.ts';

const USAGE = `Measures how fast the parts are.

  pnpm bench estimator FILE|DIR... [--min-face PX] [--rounds N]    the pipeline without queues, one thread
`;

const [what, ...args] = process.argv.slice(2);
try {
  if (what === 'estimator') {
    const { benchEstimator } = await import('./estimator.ts');
    process.exitCode = await benchEstimator(args);
  } else if (what === '--help' || what === '-h') {
    process.stdout.write(USAGE);
  } else {
    throw new UsageError(what === undefined ? 'Say what to measure.' : `There is no ${what}.`, USAGE);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
