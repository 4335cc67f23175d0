const USAGE = `Measures how fast the parts are.

  pnpm bench estimator FILE|DIR... [--min-face PX] [--rounds N]    the pipeline without queues, one thread
`;

const [what, ...args] = process.argv.slice(2);
if (what === 'estimator') {
  const { benchEstimator } = await import('./estimator.ts');
  process.exitCode = await benchEstimator(args);
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
