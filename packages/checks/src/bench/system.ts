import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { modelsDir } from '@attrai/models/models-dir';
import { positive, readOptions, text, whole } from '../harness/command/options.ts';
import { ProgressLine } from '../harness/command/progress-line.ts';
import { untilInterrupted } from '../harness/command/until-interrupted.ts';
import { drawCharts } from './system/charts.ts';
import type { Figures } from './system/figures.ts';
import { measure } from './system/measure.ts';
import { readPhotos } from './system/photos.ts';
import { judge, report } from './system/report.ts';

const USAGE = `Measures the whole suite: RabbitMQ, Redis, sandbox, bot, 1 and 2 estimators. Takes some 6 minutes.

  pnpm bench system [FILE|DIR...] [--estimators N] [--seconds N] [--rounds N] [--queue N] [--out FILE] [--logs DIR]

  FILE|DIR...     photos to send, at most 15 (default: samples from npm packages)
  --estimators N  measure with 1 to N estimators (default 2; more than there are cores say little)
  --seconds N     time of each speed measurement (default 30)
  --rounds N      rounds of each speed measurement, in turns with the pipeline alone (default 3)
  --queue N       longest queue, in photos (default 10000)
  --out FILE      the report (default docs/benchmarks.md), with figures and pictures in the same folder
  --logs DIR      folder for the logs of the services

Starts RabbitMQ and Redis by Docker, or from binaries on this machine. Runs on Linux only.
`;

/** Queue lengths that are measured besides the longest one. */
const LENGTHS = [10, 1_000];

/** `pnpm bench system`: measures and writes the report. Returns the exit code, 1 if a goal is missed. Throws UsageError. */
export async function benchSystem(args: string[]): Promise<number> {
  const options = {
    estimators: whole(2, { most: 16 }),
    seconds: positive(30),
    rounds: whole(3),
    queue: whole(10_000, { least: 20, most: 20_000 }),
    out: text('docs/benchmarks.md'),
    logs: text(undefined),
  };
  const { values, paths } = readOptions(USAGE, options, { args, paths: true });
  const { queue, out, logs: logDir, ...amounts } = values;
  if (process.platform !== 'linux') throw new Error('pnpm bench system needs Linux, because it reads /proc.');
  const photos = await readPhotos(paths);
  const from = paths.length > 0 ? paths.map((path) => basename(path)).join(', ') : 'of npm packages';
  const lengths = [...LENGTHS.filter((length) => length < queue), queue];
  const progress = new ProgressLine();
  const figures = await untilInterrupted((opened) =>
    measure({ ...amounts, lengths, logDir, photos, from, modelsDir: modelsDir(), onProgress: progress.show, opened }),
  );
  progress.clear();
  await writeReport(figures, out, ['pnpm bench system', ...args].join(' '));
  const goals = judge(figures);
  for (const { goal, reached, ok } of goals) {
    process.stdout.write(`${ok ? 'reached    ' : 'NOT reached'}  ${goal}: ${reached}\n`);
  }
  process.stdout.write(`See ${out}\n`);
  return goals.every(({ ok }) => ok) ? 0 : 1;
}

async function writeReport(figures: Figures, out: string, command: string): Promise<void> {
  const name = basename(out, extname(out));
  const beside = (suffix: string) => join(dirname(out), `${name}${suffix}`);
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, report(figures, name, command));
  // Three decimals are enough.
  const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value);
  await writeFile(beside('.json'), `${JSON.stringify(figures, rounded, 1)}\n`);
  for (const [which, svg] of Object.entries(drawCharts(figures))) await writeFile(beside(`-${which}.svg`), svg);
}
