import { readFile } from 'node:fs/promises';
import { UsageError } from '@attrai/contracts/command-line';
import { modelsDir } from '@attrai/models/models-dir';
import { photoFiles } from '@attrai/vision/cli/files';
import { loadVision } from '@attrai/vision/load-vision';
import { STAGES, type Times } from '@attrai/vision/vision';
import { mean, median } from 'simple-statistics';
import { readOptions, whole } from '../harness/command/options.ts';
import { describeMachine } from '../harness/machine.ts';
import { type CodecFloor, codecFloor, NetsClock } from './floor.ts';

const USAGE = `Measures the pipeline without queues, in one thread.

  pnpm bench estimator FILE|DIR... [--min-face PX] [--rounds N]

  Each photo is estimated once to warm up, then N times (default 3) to measure.
`;

interface Run {
  faces: number;
  /** CPU time of all threads by stage, milliseconds. */
  cpuMs: Times;
  ms: Times;
  /** CPU time inside ONNX Runtime, milliseconds. */
  netsMs: number;
}

/** `pnpm bench estimator`: measures and prints a report. Returns the exit code. Throws UsageError. */
export async function benchEstimator(args: string[]): Promise<number> {
  const options = { 'min-face': whole(40, { least: 12 }), rounds: whole(3) };
  const { values, paths } = readOptions(USAGE, options, { args, paths: true });
  if (paths.length === 0) throw new UsageError('Name a photo or a folder of photos.', USAGE);
  const { 'min-face': minFace, rounds } = values;
  const files = await photoFiles(paths);
  if (files.length === 0) {
    process.stderr.write('There are no photos in there.\n');
    return 1;
  }
  const nets = new NetsClock();
  const photos = await Promise.all(files.map((file) => readFile(file)));
  const scorerModel = process.env.SCORER_MODEL;
  const vision = await loadVision({ modelsDir: modelsDir(), minFace, ...(scorerModel ? { scorerModel } : {}) });
  for (const photo of photos) await vision.estimate(photo);
  const runs: Run[] = [];
  const pictures: (Buffer | undefined)[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [i, photo] of photos.entries()) {
      nets.spentMs = 0;
      const { faces, ms, cpuMs, picture } = await vision.estimate(photo);
      runs.push({ faces: faces.length, cpuMs, ms, netsMs: nets.spentMs });
      pictures[i] = picture;
    }
  }
  await vision.close();
  // After all runs, or the garbage from here would slow down the pipeline.
  const codecs: CodecFloor[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [i, photo] of photos.entries()) codecs.push(await codecFloor(photo, pictures[i]));
  }
  const title = `${count(photos.length, 'photo')} × ${count(rounds, 'round')}, min face ${minFace}`;
  process.stdout.write(`${report(title, rounds, runs, codecs).join('\n')}\n`);
  return 0;
}

function report(title: string, rounds: number, runs: readonly Run[], codecs: readonly CodecFloor[]): string[] {
  const cpu = runs.map(({ cpuMs }) => cpuMs.total);
  // The work of codec and nets, which no change of our code can save.
  const floors = {
    decode: mean(codecs.map(({ decode }) => decode)),
    nets: mean(runs.map(({ netsMs }) => netsMs)),
    encode: mean(codecs.map(({ encode }) => encode)),
  };
  const faces = runs.reduce((sum, run) => sum + run.faces, 0) / rounds;
  const lines = [
    `${title}, ${faces} faces`,
    '',
    `photos/s per core  ${(1000 / mean(cpu)).toFixed(1)}   (CPU time a photo: mean ${mean(cpu).toFixed(1)} ms, median ${median(cpu).toFixed(1)} ms)`,
    `peak memory        ${Math.round(process.resourceUsage().maxRSS / 1024)} MB RSS`,
    '',
    'stage       CPU ms   clock ms   (means)',
  ];
  for (const stage of [...STAGES, 'total'] as const) {
    const [used, passed] = [mean(runs.map(({ cpuMs }) => cpuMs[stage])), mean(runs.map((run) => run.ms[stage]))];
    lines.push(`${stage.padEnd(10)} ${used.toFixed(1).padStart(7)} ${passed.toFixed(1).padStart(10)}`);
  }
  lines.push('', 'floor       CPU ms');
  for (const [part, used] of Object.entries(floors)) lines.push(`${part.padEnd(10)} ${used.toFixed(1).padStart(7)}`);
  lines.push(`total / floor  ${(mean(cpu) / (floors.decode + floors.nets + floors.encode)).toFixed(2)}`);
  lines.push('', 'faces   photos   CPU ms a photo');
  for (const [faces, group] of [...Map.groupBy(runs, (run) => run.faces)].sort(([a], [b]) => a - b)) {
    const cost = mean(group.map(({ cpuMs }) => cpuMs.total)).toFixed(1);
    lines.push(`${String(faces).padStart(5)}${String(group.length / rounds).padStart(9)}${cost.padStart(17)}`);
  }
  return [...lines, '', ...describeMachine()];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
