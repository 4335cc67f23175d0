import { UsageError } from '@attrai/contracts/command-line';
import { ensureModels } from '../src/build.ts';
import { modelsDir } from '../src/models-dir.ts';
import { command } from './command.ts';
import { ProgressLine } from './progress.ts';

const USAGE = `Usage:
  pnpm models build [--force]
      Builds the ONNX files into .models (or the folder MODELS_DIR). Does nothing if they are up to date.
  pnpm models fit --images DIR --ratings FILE.csv [options]
      Fits a scorer head to rated pictures of faces, one face each.
  pnpm models evaluate --images DIR --ratings FILE.csv [options]
      Compares scores of the whole pipeline with people's ratings, and writes a report.
  pnpm models robustness --images DIR [options]
      Measures how far scores move when the photo is resized, saved again, lit, blurred, turned, ...
  pnpm models ages --images DIR --ages FILE.csv [options]
      Measures what share of the faces of each age is scored.
  pnpm models fit-guard --images DIR --ages FILE.csv [options]
      Fits the guard, which decides who may be scored, to faces of known age.
  pnpm models thresholds --images DIR [--faces N]
      Measures what each threshold of the detector finds and misses in photos with N faces each, and the error of small faces' scores.
  pnpm models calibrate --images DIR
      Measures the ranges of the nets' numbers on the faces in these photos, for the int8 nets, and writes them into the sources.
Each command explains its options with --help.
`;

/** Progress goes to stderr. stdout stays empty, since this runs before commands whose stdout is read by programs. */
const build = command(USAGE, { force: { type: 'boolean', default: false } }, async ({ force = false }) => {
  const line = new ProgressLine();
  const onProgress = ({ done, total, file }: { done: number; total: number; file: string }) =>
    line.show(`Building models (${file})`, done, total);
  await ensureModels({ dir: modelsDir(), force, onProgress });
});

/** Loaded only when they are called: checking the models before each start must be quick. */
const COMMANDS: Record<string, () => Promise<(args: string[]) => Promise<void>>> = {
  build: async () => build,
  fit: async () => (await import('./fit.ts')).fit,
  evaluate: async () => (await import('./evaluate.ts')).evaluatePipeline,
  robustness: async () => (await import('./robustness.ts')).robustness,
  ages: async () => (await import('./ages.ts')).ages,
  'fit-guard': async () => (await import('./fit-guard.ts')).fitGuardOnAges,
  thresholds: async () => (await import('./thresholds.ts')).thresholds,
  calibrate: async () => (await import('./calibrate.ts')).calibrateNets,
};

const [name, ...args] = process.argv.slice(2);
try {
  if (name === '--help' || name === '-h') process.stdout.write(USAGE);
  else if (name === undefined) throw new UsageError('Name a command.', USAGE);
  else if (!Object.hasOwn(COMMANDS, name)) throw new UsageError(`There is no command ${name}.`, USAGE);
  else await (await COMMANDS[name]!())(args);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // It runs before the services and commands that need the models.
  if (name === 'build' && !(error instanceof UsageError)) {
    process.stderr.write('The models were not built, so nothing was started.\n');
  }
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
