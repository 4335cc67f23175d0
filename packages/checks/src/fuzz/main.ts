import { modelsDir } from '@attrai/models/models-dir';
import { readOptions, whole } from '../harness/command/options.ts';
import { ProgressLine } from '../harness/command/progress-line.ts';
import { runCommand } from '../harness/command/run-command.ts';
import { type FuzzReport, fuzzPhotos } from './fuzz-photos.ts';
import { problemsOf } from './problems.ts';

const USAGE = `Estimates mutated photos and looks for crashes, hangs, leaks and wrong answers.

  pnpm fuzz [--photos N] [--seed S]     default: 5000 photos and a random seed

The same seed makes the same photos. MODELS_DIR (.models): folder of the ONNX files.
`;

await runCommand(async () => {
  const anySeed = Math.floor(Math.random() * 2 ** 31);
  const { values } = readOptions(USAGE, { photos: whole(5_000), seed: whole(anySeed, { least: 0 }) });
  const { photos, seed } = values;
  console.log(`${photos} photos, seed ${seed}`);
  const started = performance.now();
  const progress = new ProgressLine();
  const report = await fuzzPhotos({
    photos,
    seed,
    modelsDir: modelsDir(),
    onProgress: (done) => progress.show('looking at mutated photos', `${done} of ${photos}`),
  });
  progress.clear();
  print(report, (performance.now() - started) / 1000);
  const problems = problemsOf(report, photos);
  console.log(problems.length === 0 ? 'No crash, no hang, no leak.' : problems.join('\n'));
  return problems.length === 0 ? 0 : 1;
});

function print({ ends, slowestMs, memory, findings }: FuzzReport, seconds: number): void {
  for (const [end, count] of Object.entries(ends).sort(([, a], [, b]) => b - a)) {
    console.log(`${end.padEnd(16)} ${String(count).padStart(6)}`);
  }
  console.log(`slowest          ${slowestMs.toFixed(0).padStart(6)} ms; ${seconds.toFixed(0)} s in all`);
  if (memory.length > 0) {
    const sizes = memory.map((bytes) => (bytes / 2 ** 20).toFixed(0));
    console.log(`memory           ${sizes.join(', ')} MiB after each round of the same photos`);
  }
  for (const { number, what, made, file } of findings) console.log(`photo ${number}: ${what} (${made}); ${file}`);
}
