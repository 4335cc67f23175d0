import { readFile } from 'node:fs/promises';
import { UsageError } from '@attrai/contracts/command-line';
import { modelsDir } from '@attrai/models/models-dir';
import { photoFiles } from '@attrai/vision/cli/files';
import { loadVision } from '@attrai/vision/load-vision';
import { STAGES, type Times } from '@attrai/vision/vision';
import { mean, median } from 'simple-statistics';
import { readOptions, wholeNumber } from '../harness/command/options.ts';
import { describeMachine } from '../harness/machine.ts';
import { type CodecFloor, codecFloor, timeNets } from './floor.ts';

const USAGE = `Measures the pipeline without queues, one thread.

  pnpm bench estimator FILE|DIR... [--min-face PX] [--rounds N]

  Every photo is estimated once to warm up and N times (default 3) to measure.
`;

/** One photo, estimated once. */
interface Run {
  faces: number;
  /** CPU time by stage, all threads, milliseconds. */
  cpuMs: Times;
  ms: Times;
  /** CPU time inside ONNX Runtime, milliseconds. */
  netsMs: number;
}

/**
 * `pnpm bench estimator`: prints photos/s per core, CPU and time of each stage, CPU by number of faces, peak memory and the
 * machine. Returns the exit code. Throws UsageError.
 */
export async function benchEstimator(argv: string[]): Promise<number> {
  const args = readArguments(argv);
  const files = await photoFiles(args.paths);
  if (files.length === 0) {
    process.stderr.write('There are no photos in there.\n');
    return 1;
  }
  const nets = timeNets();
  const photos = await Promise.all(files.map((file) => readFile(file)));
  const scorerModel = process.env.SCORER_MODEL;
  const vision = await loadVision({
    modelsDir: modelsDir(),
    minFace: args.minFace,
    ...(scorerModel ? { scorerModel } : {}),
  });
  for (const photo of photos) await vision.estimate(photo);
  const runs: Run[] = [];
  const pictures: (Buffer | undefined)[] = [];
  for (let round = 0; round < args.rounds; round++) {
    for (const [i, photo] of photos.entries()) {
      nets.reset();
      const { faces, ms, cpuMs, picture } = await vision.estimate(photo);
      runs.push({ faces: faces.length, cpuMs, ms, netsMs: nets.read() });
      pictures[i] = picture;
    }
  }
  await vision.close();
  // After all runs, since the garbage of the floor is not the pipeline's.
  const codecs = await measureCodecs(photos, pictures, args.rounds);
  process.stdout.write(`${report(runs, codecs, photos.length, args.minFace).join('\n')}\n`);
  return 0;
}

/** @throws UsageError */
function readArguments(argv: string[]): { paths: string[]; minFace: number; rounds: number } {
  const { values, positionals } = readOptions(USAGE, {
    args: argv,
    allowPositionals: true,
    options: { 'min-face': { type: 'string', default: '40' }, rounds: { type: 'string', default: '3' } },
  });
  const minFace = wholeNumber(USAGE, '--min-face', values['min-face'], { least: 12 });
  const rounds = wholeNumber(USAGE, '--rounds', values.rounds);
  if (positionals.length === 0) throw new UsageError('Name a photo or a folder of photos.', USAGE);
  return { paths: positionals, minFace, rounds };
}

async function measureCodecs(
  photos: readonly Buffer[],
  pictures: readonly (Buffer | undefined)[],
  rounds: number,
): Promise<CodecFloor[]> {
  const floors: CodecFloor[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [i, photo] of photos.entries()) floors.push(await codecFloor(photo, pictures[i]));
  }
  return floors;
}

function report(runs: readonly Run[], codecs: readonly CodecFloor[], photos: number, minFace: number): string[] {
  const cpu = runs.map(({ cpuMs }) => cpuMs.total);
  // The codec and the nets: what no code of ours could save.
  const floors = {
    decode: mean(codecs.map(({ decode }) => decode)),
    nets: mean(runs.map(({ netsMs }) => netsMs)),
    encode: mean(codecs.map(({ encode }) => encode)),
  };
  const floor = floors.decode + floors.nets + floors.encode;
  const faces = runs.reduce((sum, run) => sum + run.faces, 0) / (runs.length / photos);
  const lines = [
    `${photos} ${photos === 1 ? 'photo' : 'photos'} × ${runs.length / photos} ${runs.length === photos ? 'round' : 'rounds'}, min face ${minFace}, ${faces} faces`,
    '',
    `photos/s per core  ${(1000 / mean(cpu)).toFixed(1)}   (CPU time: mean ${ms(mean(cpu))}, median ${ms(median(cpu))} a photo)`,
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
  lines.push(`total / floor  ${(mean(cpu) / floor).toFixed(2)}`);
  lines.push('', 'faces   photos   CPU ms a photo');
  for (const [count, group] of [...Map.groupBy(runs, (run) => run.faces)].sort(([a], [b]) => a - b)) {
    const cost = mean(group.map(({ cpuMs }) => cpuMs.total));
    const row = [
      String(count).padStart(5),
      String(group.length / (runs.length / photos)).padStart(9),
      cost.toFixed(1).padStart(17),
    ];
    lines.push(row.join(''));
  }
  return [...lines, '', ...describeMachine()];
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
