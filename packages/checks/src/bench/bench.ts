import { UsageError } from '@attrai/contracts/command-line';

const USAGE = `Measures how fast the parts are.

  pnpm bench estimator FILE|DIR... [--min-face PX] [--rounds N]    the pipeline without queues, one thread
  pnpm bench system [FILE|DIR...]                                  the whole on real servers; writes docs/benchmarks.md
  pnpm bench model [--nodes N] [--photos-per-day N] ...            what more nodes would do, planned from those figures
`;

const [what, ...args] = process.argv.slice(2);
try {
  if (what === 'estimator') {
    const { benchEstimator } = await import('./estimator.ts');
    process.exitCode = await benchEstimator(args);
  } else if (what === 'system') {
    const { benchSystem } = await import('./system.ts');
    process.exitCode = await benchSystem(args);
  } else if (what === 'model') {
    const { benchModel } = await import('./model.ts');
    process.exitCode = await benchModel(args);
  } else if (what === '--help' || what === '-h') {
    process.stdout.write(USAGE);
  } else {
    throw new UsageError(what === undefined ? 'Say what to measure.' : `There is no ${what}.`, USAGE);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
