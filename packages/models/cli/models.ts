import { parseArgs } from 'node:util';
import { buildCommand } from './build.ts';

const USAGE = `Usage:
  pnpm models build [--force]
      Builds the ONNX files into .models (MODELS_DIR changes the folder); does nothing when they are up to date.
  pnpm models fit --images DIR --ratings FILE.csv --name NAME [options]
      Fits a scorer head on rated pictures of faces, one face each; \`pnpm models fit --help\` tells the options.
  pnpm models calibrate --images DIR
      Finds out which numbers the face net works with on the faces in these photos, for computing in bytes.
`;

const [command, ...args] = process.argv.slice(2);

try {
  if (command === 'build') {
    const { values } = parseArgs({ args, options: { force: { type: 'boolean', default: false } } });
    await buildCommand(values.force);
  } else if (command === 'fit') {
    // Loaded only here: checking the models before each start must be quick.
    const { fitCommand } = await import('./fit.ts');
    await fitCommand(args);
  } else if (command === 'calibrate') {
    const { values } = parseArgs({ args, options: { images: { type: 'string' } } });
    const { calibrateCommand } = await import('./calibrate.ts');
    await calibrateCommand(values.images);
  } else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = isUsageError(error) ? 2 : 1;
}

/** What parseArgs throws. */
function isUsageError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
