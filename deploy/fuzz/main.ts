import { parseArgs } from 'node:util';
import { type FuzzReport, fuzzPhotos } from './fuzz-photos.ts';
import { problemsOf } from './problems.ts';

const USAGE = `Puts mutated photos through the estimator and looks for crashes, hangs, leaks and answers that are none.

  pnpm fuzz [--photos N] [--seed S]     5000 photos and another seed each time, unless told

The same seed makes the same photos. MODELS_DIR (.models): folder of the ONNX files.
`;

const EVERY = 250;

function readArguments(): { photos: number; seed: number } {
  try {
    const { values } = parseArgs({ options: { photos: { type: 'string' }, seed: { type: 'string' } } });
    const photos = Number(values.photos ?? 5_000);
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
    if (!Number.isInteger(photos) || photos < 1 || !Number.isInteger(seed) || seed < 0) throw new Error('no numbers');
    return { photos, seed };
  } catch {
    process.stderr.write(USAGE);
    process.exit(2);
  }
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

const { photos, seed } = readArguments();
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
process.exitCode = problems.length === 0 ? 0 : 1;
