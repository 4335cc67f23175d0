import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { modelsDir } from '@attrai/models/models-dir';
import { positiveNumber, readOptions, wholeNumber } from '../harness/command/options.ts';
import { ProgressLine } from '../harness/command/progress-line.ts';
import { untilInterrupted } from '../harness/command/until-interrupted.ts';
import { drawCharts } from './system/charts.ts';
import type { Figures } from './system/figures.ts';
import { type MeasureOptions, measure } from './system/measure.ts';
import { readPhotos } from './system/photos.ts';
import { judge, report } from './system/report.ts';

const USAGE = `Measures the whole: RabbitMQ, Redis, sandbox, bot, 1 and 2 estimators. Takes some 6 minutes.

  pnpm bench system [FILE|DIR...] [--estimators N] [--seconds N] [--rounds N] [--queue N] [--out FILE] [--logs DIR]

  FILE|DIR...     photos to send, 15 at most (default: some that come with npm packages)
  --estimators N  measure with 1 to N of them (default 2; more than there are cores say little)
  --seconds N     how long each speed is measured (default 30)
  --rounds N      in so many parts, in turns with the pipeline alone (default 3)
  --queue N       the longest queue, in photos (default 10000)
  --out FILE      the report (default docs/benchmarks.md); figures and pictures go beside it
  --logs DIR      keep the logs of the services there

RabbitMQ and Redis are started for it: by Docker, else from binaries on the machine. Only on Linux.
`;

/** Lengths of the queue at which costs are measured, besides the longest one. */
const LENGTHS = [10, 1_000];

/**
 * `pnpm bench system`: measures, and writes the report, its figures and its pictures. Returns the exit code, 1 if a goal is
 * missed. Throws UsageError.
 */
export async function benchSystem(argv: string[]): Promise<number> {
  const args = readArguments(argv);
  if (process.platform !== 'linux') throw new Error('pnpm bench system reads /proc: it needs Linux.');
  const photos = await readPhotos(args.paths);
  const from = args.paths.length > 0 ? args.paths.map((path) => basename(path)).join(', ') : 'of npm packages';
  const progress = new ProgressLine();
  const figures = await untilInterrupted((opened) =>
    measure({ ...args, photos, from, modelsDir: modelsDir(), onProgress: progress.show, opened }),
  );
  progress.clear();
  await writeReport(figures, args.out, ['pnpm bench system', ...argv].join(' '));
  const goals = judge(figures);
  for (const { goal, reached, ok } of goals) {
    process.stdout.write(`${ok ? 'reached    ' : 'NOT reached'}  ${goal}: ${reached}\n`);
  }
  process.stdout.write(`See ${args.out}\n`);
  return goals.every(({ ok }) => ok) ? 0 : 1;
}

type Arguments = Pick<MeasureOptions, 'estimators' | 'seconds' | 'rounds' | 'lengths' | 'logDir'> & {
  paths: string[];
  out: string;
};

/** @throws UsageError */
function readArguments(argv: string[]): Arguments {
  const { values, positionals } = readOptions(USAGE, {
    args: argv,
    allowPositionals: true,
    options: {
      estimators: { type: 'string', default: '2' },
      seconds: { type: 'string', default: '30' },
      rounds: { type: 'string', default: '3' },
      queue: { type: 'string', default: '10000' },
      out: { type: 'string', default: 'docs/benchmarks.md' },
      logs: { type: 'string' },
    },
  });
  const longest = wholeNumber(USAGE, '--queue', values.queue, { least: 20, most: 20_000 });
  return {
    paths: positionals,
    estimators: wholeNumber(USAGE, '--estimators', values.estimators, { most: 16 }),
    seconds: positiveNumber(USAGE, '--seconds', values.seconds),
    rounds: wholeNumber(USAGE, '--rounds', values.rounds),
    lengths: [...LENGTHS.filter((length) => length < longest), longest],
    out: values.out,
    logDir: values.logs,
  };
}

async function writeReport(figures: Figures, out: string, command: string): Promise<void> {
  const name = basename(out, extname(out));
  const beside = (suffix: string) => join(dirname(out), `${name}${suffix}`);
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, report(figures, name, command));
  await writeFile(beside('.json'), `${JSON.stringify(rounded(figures), null, 1)}\n`);
  for (const [which, svg] of Object.entries(drawCharts(figures))) await writeFile(beside(`-${which}.svg`), svg);
}

/** Figures to three decimals: the rest is noise. */
function rounded(figures: Figures): unknown {
  return JSON.parse(JSON.stringify(figures), (_, value) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
  );
}
