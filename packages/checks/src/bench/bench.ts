import { UsageError } from '@attrai/contracts/command-line';
import { runCommand } from '../harness/command/run-command.ts';

const USAGE = `Measures speed.

  pnpm bench estimator FILE|DIR... [--min-face PX] [--rounds N]    the pipeline without queues, in one thread
  pnpm bench system [FILE|DIR...]                                  the whole suite on real servers; writes docs/benchmarks.md
  pnpm bench model [--nodes N] [--photos-per-day N] ...            what more nodes would give, calculated from those figures
`;

await runCommand(async () => {
  const [what, ...args] = process.argv.slice(2);
  if (what === 'estimator') return (await import('./estimator.ts')).benchEstimator(args);
  if (what === 'system') return (await import('./system.ts')).benchSystem(args);
  if (what === 'model') return (await import('./model.ts')).benchModel(args);
  if (what !== '--help' && what !== '-h') {
    throw new UsageError(what === undefined ? 'Name what to measure.' : `There is no benchmark ${what}.`, USAGE);
  }
  process.stdout.write(USAGE);
  return 0;
});
