import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { buildCommand } from './build.ts';

const USAGE = `Usage:
  pnpm models build [--force]
      Builds the ONNX files into .models (MODELS_DIR changes the folder); does nothing when they are up to date.
  pnpm models fit --images DIR --ratings FILE.csv [options]
      Fits a scorer head on rated pictures of faces, one face each; \`pnpm models fit --help\` tells the options.
  pnpm models evaluate --images DIR --ratings FILE.csv [options]
      Holds the scores of the whole pipeline to people's ratings and writes a report; --help tells the options.
  pnpm models robustness --images DIR [options]
      Tells how far scores move when the photo is resized, saved again, lit, blurred, turned, ...; --help tells the options.
  pnpm models ages --images DIR --ages FILE.csv [options]
      Tells what share of faces of each age is not scored because they look under 18; --help tells the options.
  pnpm models fit-guard --images DIR --ages FILE.csv [options]
      Fits what tells who may be scored, on faces of known age; --help tells the options.
  pnpm models thresholds --images DIR [--faces N]
      Tells what each threshold of the detector finds and misses in photos with N faces each, and how far the scores of small faces are off.
  pnpm models calibrate --images DIR
      Finds out which numbers the nets work with on the faces in these photos, for computing in bytes, and writes them into the sources.
`;

const [command, ...args] = process.argv.slice(2);

try {
  if (command === 'build') {
    const { values } = readCommandLine(USAGE, { args, options: { force: { type: 'boolean', default: false } } });
    if (values.help) process.stdout.write(USAGE);
    else await buildCommand(values.force);
  } else if (command === 'fit') {
    // Loaded only here: checking the models before each start must be quick.
    const { fitCommand } = await import('./fit.ts');
    await fitCommand(args);
  } else if (command === 'evaluate') {
    const { evaluateCommand } = await import('./evaluate.ts');
    await evaluateCommand(args);
  } else if (command === 'robustness') {
    const { robustnessCommand } = await import('./robustness.ts');
    await robustnessCommand(args);
  } else if (command === 'ages') {
    const { agesCommand } = await import('./ages.ts');
    await agesCommand(args);
  } else if (command === 'fit-guard') {
    const { fitGuardCommand } = await import('./fit-guard.ts');
    await fitGuardCommand(args);
  } else if (command === 'thresholds') {
    const { thresholdsCommand } = await import('./thresholds.ts');
    await thresholdsCommand(args);
  } else if (command === 'calibrate') {
    const { values } = readCommandLine(USAGE, { args, options: { images: { type: 'string' } } });
    const { calibrateCommand, CALIBRATE_USAGE } = await import('./calibrate.ts');
    if (values.help) process.stdout.write(CALIBRATE_USAGE);
    else await calibrateCommand(values.images);
  } else if (command === '--help' || command === '-h') {
    process.stdout.write(USAGE);
  } else {
    throw new UsageError(command === undefined ? 'Say what to do.' : `There is no ${command}.`, USAGE);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // It runs before the services and commands that need the models.
  if (command === 'build' && !(error instanceof UsageError)) {
    process.stderr.write('The models were not built, so nothing was started.\n');
  }
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
