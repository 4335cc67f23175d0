import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { type FuzzReport, fuzzPhotos } from './fuzz-photos.ts';
import { problemsOf } from './problems.ts';

const USAGE = `Puts mutated photos through the estimator and looks for crashes, hangs, leaks and answers that are none.

  pnpm fuzz [--photos N] [--seed S]     5000 photos and another seed each time, unless told

The same seed makes the same photos. MODELS_DIR (.models): folder of the ONNX files.
`;

const EVERY = 250;

/** @throws UsageError */
function readArguments(): { photos: number; seed: number } | 'help' {
  const { values } = readCommandLine(USAGE, {
    options: { photos: { type: 'string', default: '5000' }, seed: { type: 'string' } },
  });
  if (values.help) return 'help';
  const photos = Number(values.photos);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isInteger(photos) || photos < 1) throw new UsageError('--photos takes a whole number from 1 up.', USAGE);
  if (!Number.isInteger(seed) || seed < 0) throw new UsageError('--seed takes a whole number from 0 up.', USAGE);
  return { photos, seed };
}

/** Returns the exit code: 1 if there is a problem. */
async function main(): Promise<number> {
  const args = readArguments();
  if (args === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const { photos, seed } = args;
  console.log(`${photos} photos, seed ${seed}`);
  const started = performance.now();
  const report = await fuzzPhotos({
    photos,
    seed,
    modelsDir: process.env.MODELS_DIR ?? '.models',
    onProgress: (done) => done % EVERY === 0 && process.stderr.write(`${done} of ${photos}\n`),
  });
  print(report, (performance.now() - started) / 1000);
  const problems = problemsOf(report, photos);
  console.log(problems.length === 0 ? 'No crash, no hang, no leak.' : problems.join('\n'));
  return problems.length === 0 ? 0 : 1;
}

function print({ ends, slowestMs, memory, findings }: FuzzReport, seconds: number): void {
  for (const [end, count] of Object.entries(ends).sort(([, a], [, b]) => b - a))
    console.log(`${end.padEnd(16)} ${String(count).padStart(6)}`);
  console.log(`slowest          ${slowestMs.toFixed(0).padStart(6)} ms; ${seconds.toFixed(0)} s in all`);
  if (memory.length > 0) {
    console.log(`memory           ${memory.map(mib).join(', ')} MiB after each round of the same photos`);
  }
  for (const { number, what, made, file } of findings) console.log(`photo ${number}: ${what} (${made}); ${file}`);
}

const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
