import { readFile } from 'node:fs/promises';
import { readOptions, wholeNumber } from '../harness/command/options.ts';
import { inRepository } from '../harness/repository.ts';
import { type Cluster, type Plan, plan } from './model/plan.ts';
import { type Figures, figures } from './system/figures.ts';

const USAGE = `Plans from measured figures what more nodes and estimators give.

  pnpm bench model [--nodes N] [--cores N] [--replicas N] [--photos-per-day N] [--peak N] [--figures FILE]

  --nodes N           servers (default 1)
  --cores N           of each (default: as many as were measured on)
  --replicas N        estimators in all (default: one a core)
  --photos-per-day N  what users send (default 100000)
  --peak N            the busiest hour in multiples of the mean one (default 3)
  --figures FILE      what pnpm bench system found (default docs/benchmarks.json)
`;

const DAY_SECONDS = 86_400;
const FIGURES = inRepository('docs/benchmarks.json');
/** Nodes in the table, besides those asked for. */
const NODES = [1, 2, 4, 8];

/** `pnpm bench model`: prints the plan. Returns the exit code, 1 if the load is too much. Throws UsageError. */
export async function benchModel(argv: string[]): Promise<number> {
  const { values } = readOptions(USAGE, {
    args: argv,
    options: {
      nodes: { type: 'string', default: '1' },
      cores: { type: 'string' },
      replicas: { type: 'string' },
      'photos-per-day': { type: 'string', default: '100000' },
      peak: { type: 'string', default: '3' },
      figures: { type: 'string', default: FIGURES },
    },
  });
  const measured = await readFigures(values.figures);
  const whole = (option: string, text: string) => wholeNumber(USAGE, option, text);
  const nodes = whole('--nodes', values.nodes);
  const cores = whole('--cores', values.cores ?? String(measured.cores));
  const replicas = whole('--replicas', values.replicas ?? String(nodes * cores));
  const perDay = whole('--photos-per-day', values['photos-per-day']);
  const perSecond = (perDay / DAY_SECONDS) * whole('--peak', values.peak);

  const cluster = { nodes, cores, replicas };
  const planned = plan(measured, cluster, perSecond);
  process.stdout.write(`${describe(measured, cluster, planned, perDay, perSecond).join('\n')}\n`);
  return planned.busy < 1 ? 0 : 1;
}

async function readFigures(file: string): Promise<Figures> {
  const found = figures.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (found.success) return found.data;
  throw new Error(`${file} holds no figures of this version. Run pnpm bench system.`);
}

function describe(measured: Figures, cluster: Cluster, planned: Plan, perDay: number, perSecond: number): string[] {
  const { nodes, cores, replicas } = cluster;
  const { limits, lowest, busy } = planned;
  const sizes = NODES.map((n) => ({ nodes: n, cores, replicas: n * cores }));
  return [
    `From figures of ${measured.date}: ${measured.machine[0]}`,
    '',
    `${replicas} estimators on ${nodes} × ${cores} cores let through at most`,
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
    'The same load elsewhere:',
    ...sizes.map((size) => row(size, plan(measured, size, perSecond))),
    '',
    'Waits: random arrivals, random times of work (M/M/c, Erlang C); they are shorter the more alike the photos are.',
    ...(busy < 1 ? [] : ['More arrives than can be worked on: the queue grows until the busiest hour is over.']),
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
