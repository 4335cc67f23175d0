import { readFile } from 'node:fs/promises';
import { readOptions, text, whole } from '../harness/command/options.ts';
import { inRepository } from '../harness/repository.ts';
import { type Cluster, type Plan, plan } from './model/plan.ts';
import { type Figures, figures } from './system/figures.ts';

const USAGE = `Calculates from measured figures what more nodes and estimators give.

  pnpm bench model [--nodes N] [--cores N] [--replicas N] [--photos-per-day N] [--peak N] [--figures FILE]

  --nodes N           servers (default 1)
  --cores N           cores of each server (default: as on the measured machine)
  --replicas N        estimators in all (default: one a core)
  --photos-per-day N  photos that users send (default 100000)
  --peak N            load of the busiest hour, as a multiple of the average (default 3)
  --figures FILE      result of pnpm bench system (default docs/benchmarks.json)
`;

const DAY_SECONDS = 86_400;
/** Nodes of the clusters that the report lists for comparison. */
const NODES = [1, 2, 4, 8];

interface Load {
  perDay: number;
  /** In the busiest hour. */
  perSecond: number;
}

/** `pnpm bench model`: prints the plan. Returns the exit code, 1 if the load is too high. Throws UsageError. */
export async function benchModel(args: string[]): Promise<number> {
  const options = {
    nodes: whole(1),
    cores: whole(undefined),
    replicas: whole(undefined),
    'photos-per-day': whole(100_000),
    peak: whole(3),
    figures: text(inRepository('docs/benchmarks.json')),
  };
  const { values } = readOptions(USAGE, options, { args });
  const { nodes, 'photos-per-day': perDay } = values;
  const measured = await readFigures(values.figures);
  const cores = values.cores ?? measured.cores;
  const cluster = { nodes, cores, replicas: values.replicas ?? nodes * cores };
  const load = { perDay, perSecond: (perDay / DAY_SECONDS) * values.peak };
  const planned = plan(measured, cluster, load.perSecond);
  process.stdout.write(`${describe(measured, cluster, planned, load).join('\n')}\n`);
  return planned.busy < 1 ? 0 : 1;
}

async function readFigures(file: string): Promise<Figures> {
  const found = figures.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (found.success) return found.data;
  throw new Error(`${file} holds no figures of this version. Run pnpm bench system.`);
}

function describe(measured: Figures, cluster: Cluster, planned: Plan, { perDay, perSecond }: Load): string[] {
  const { nodes, cores, replicas } = cluster;
  const { limits, lowest, busy } = planned;
  const others = NODES.map((n) => ({ nodes: n, cores, replicas: n * cores }));
  return [
    `Figures of ${measured.date}: ${measured.machine[0]}`,
    '',
    `The most that ${replicas} estimators on ${nodes} × ${cores} cores can do:`,
    ...limits.map(({ what, photosPerSecond, why }) => {
      const mark = what === lowest.what ? '  <- the limit' : '';
      return `  ${what.padEnd(11)}${photosPerSecond.toFixed(1).padStart(8)} photos/s   ${why}${mark}`;
    }),
    '',
    `${perDay.toLocaleString('en')} photos a day are ${perSecond.toFixed(2)} photos/s in the busiest hour`,
    '',
    'nodes  estimators  photos/s  limit        busy   wait for an estimator: mean   95 of 100 within',
    row(cluster, planned),
    '',
    'The same load on other clusters:',
    ...others.map((other) => row(other, plan(measured, other, perSecond))),
    '',
    'Waits assume random arrivals and random times of work (M/M/c, Erlang C). Photos of equal cost wait less.',
    ...(busy < 1
      ? []
      : ['More photos arrive than the cluster can do: the queue grows until the busiest hour is over.']),
  ];
}

function row({ nodes, replicas }: Cluster, { lowest, busy, wait }: Plan): string {
  const cells = [
    String(nodes).padStart(5),
    String(replicas).padStart(10),
    lowest.photosPerSecond.toFixed(1).padStart(8),
    lowest.what.padEnd(11),
    `${Math.round(busy * 100)} %`.padStart(5),
    (busy < 1 ? seconds(wait.mean) : 'grows').padStart(29),
    (busy < 1 ? seconds(wait.p95) : 'grows').padStart(17),
  ];
  return cells.join('  ');
}

function seconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`;
}
