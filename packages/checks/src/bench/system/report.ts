import { TELEGRAM_MS } from './bot-alone.ts';
import {
  type BotFigures,
  estimatorsOf,
  type Figures,
  GOALS,
  outsideMs,
  queueCost,
  shareOfCpu,
  shareOfPlain,
} from './figures.ts';

interface Goal {
  goal: string;
  reached: string;
  ok: boolean;
}

export function judge({ load, queue, peakMb, bot }: Figures): Goal[] {
  const outside = Math.max(...load.map(outsideMs));
  const ofCpu = Math.min(...load.map(shareOfCpu));
  const share = shareOfPlain(load[0]!);
  const growth = queueCost(queue.at(-1)!) / queueCost(queue[0]!);
  const lengths = `${whole(queue[0]!.waiting)} → ${whole(queue.at(-1)!.waiting)}`;
  const ofPipeline = `≥ ${percent(GOALS.share)} of the pipeline's own speed`;
  const memory = (what: string, mb: number, most: number): Goal => {
    return { goal: `${what} ≤ ${most} MB resident`, reached: `${Math.round(mb)} MB at most`, ok: mb <= most };
  };
  return [
    {
      goal: `CPU outside the pipeline ≤ ${GOALS.outsideMs} ms a photo`,
      reached: `${outside.toFixed(1)} ms`,
      ok: outside <= GOALS.outsideMs,
    },
    { goal: `${ofPipeline}, by the estimator's CPU time`, reached: percent(ofCpu), ok: ofCpu >= GOALS.share },
    { goal: `${ofPipeline}, by the clock (1 estimator)`, reached: percent(share), ok: share >= GOALS.share },
    memory('estimator', peakMb.estimator, GOALS.estimatorMb),
    memory('bot', peakMb.bot, GOALS.botMb),
    ...(bot ? [judgeBot(bot)] : []),
    {
      goal: `cost flat while the queue grows ${lengths} (× ${GOALS.growth} at most)`,
      reached: `× ${growth.toFixed(2)}`,
      ok: growth <= GOALS.growth,
    },
  ];
}

/** The text of docs/benchmarks.md. Its pictures are in the same folder, named `<name>-cpu.svg` and so on. */
export function report(figures: Figures, name: string, command: string): string {
  const { photos, seconds, machine, loadBefore, date } = figures;
  const sections = [
    '# How fast the suite is',
    `\`${command}\` on ${date}: RabbitMQ, Redis, the sandbox in place of Telegram, bot and estimators, all on one machine. The processes are ` +
      `set up as in their images. ${photos.count} photos (${photos.from}), ${seconds} s a measurement.`,
    [
      ...machine,
      `load average ${loadBefore.toFixed(1)} before the start: other work on the machine lowers these figures`,
    ]
      .map((line) => `- ${line}`)
      .join('\n'),
    sharing(figures),
    '## Goals',
    table(
      ['Goal', 'Found', ''],
      judge(figures).map(({ goal, reached, ok }) => [goal, reached, ok ? 'reached' : '**not reached**']),
    ),
    '## Photos a second',
    speedTable(figures),
    'Of the pipeline: photos/s compared with as many processes that run the pipeline without a queue, before and after; the median of the rounds, and each round. Of the estimator’s CPU: the share of the pipeline. ' +
      'Messages: messages and edits that Telegram gets for a photo (placeholder, answer, places in the queue).',
    'An estimator looks at photos in one thread and does the rest in others; the pipeline alone does one photo after the other. An estimator takes the next photo when the current one is decoded. ' +
      'So it decodes one photo while it looks at another, and looks at one while the picture of another is stored and published: more than 100 % is possible with spare cores. ' +
      'If a photo kills its estimator, RabbitMQ counts a failed delivery for both photos in work. Each is then estimated alone, so that the other one loses at most one of its three deliveries.',
    '## CPU a photo',
    picture(name, 'cpu', 'CPU milliseconds a photo by process'),
    cpuTable(figures),
    'Messaging is the CPU time of the estimators’ main threads, pipeline that of all their other threads (with the reading and writing of photo files). Only ' +
      'messaging and bot count as ours; RabbitMQ, Redis and the sandbox are there for planning.',
    '## Latency at half load',
    picture(name, 'latency', 'Share of photos answered within a time'),
    latencyTable(figures),
    ...(figures.bot ? ['## One bot', oneBot(figures.bot)] : []),
    '## A long queue',
    picture(name, 'queue', 'CPU milliseconds a photo by the number of photos that wait'),
    queueTable(figures),
    `Each line: ${figures.queue[0]!.photos} small photos accepted, then as many answered, while so many others wait. The cost is without the pipeline.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function judgeBot({ photosPerSecond, unanswered, twice }: BotFigures): Goal {
  return {
    goal: `one bot answers ≥ ${GOALS.botPhotosPerSecond} photos/s, each once`,
    reached: `${photosPerSecond.toFixed(1)} photos/s; ${unanswered} not answered, ${twice} twice`,
    ok: photosPerSecond >= GOALS.botPhotosPerSecond && unanswered + twice === 0,
  };
}

function oneBot({ photosPerSecond, cpuMs, photos }: BotFigures): string {
  const { picture, other } = TELEGRAM_MS;
  return (
    `Stand-ins for estimators answer at once. Telegram takes ${picture} ms for a picture and ${other} ms for any other call. ` +
    `Then one bot answers ${photosPerSecond.toFixed(1)} photos/s, with ${cpuMs.toFixed(1)} ms of CPU each (${photos} photos).`
  );
}

function sharing({ cores, load }: Figures): string {
  const apart = load.filter((one) => one.apart).map(({ estimators }) => estimatorsOf(estimators));
  const all =
    'RabbitMQ, Redis, the sandbox and its users, bot and estimators share the cores. On servers of their own, estimators are faster.';
  if (apart.length === 0) return `There are ${cores} cores. ${all}`;
  return `With ${apart.join(' and ')}, each vision thread has one of the ${cores} cores for itself, and everything else shares the others. With more, ${all}`;
}

function speedTable(figures: Figures): string {
  return table(
    ['Estimators', 'photos/s', 'the pipeline alone', 'of the pipeline', 'of the estimator’s CPU', 'messages a photo'],
    figures.load.map((one) => [
      one.estimators,
      one.photosPerSecond.toFixed(1),
      figures.plain.find(({ processes }) => processes === one.estimators)!.photosPerSecond.toFixed(1),
      `${percent(shareOfPlain(one))} (${one.shares.map(percent).join(', ')})`,
      percent(shareOfCpu(one)),
      one.calls.toFixed(1),
    ]),
  );
}

function cpuTable({ load }: Figures): string {
  return table(
    ['Estimators', 'pipeline', 'messaging', 'bot', '= ours outside', 'RabbitMQ', 'Redis', 'sandbox'],
    load.map((one) => {
      const { pipeline, messaging, bot, rabbitmq, redis, sandbox } = one.cpuMs;
      const cells = [pipeline, messaging, bot, outsideMs(one), rabbitmq, redis, sandbox];
      return [one.estimators, ...cells.map((ms) => `${ms.toFixed(1)} ms`)];
    }),
  );
}

function latencyTable({ latency }: Figures): string {
  return table(
    ['Estimators', 'arrive', 'p50', 'p95', 'p99', 'photos', 'unanswered'],
    latency.map(({ estimators, perSecond, percentiles: p, photos, unanswered }) => [
      estimators,
      `${perSecond.toFixed(1)}/s`,
      ...[p[50]!, p[95]!, p[99]!].map((ms) => `${Math.round(ms)} ms`),
      photos,
      unanswered,
    ]),
  );
}

function queueTable({ queue }: Figures): string {
  return table(
    ['Wait', 'bot, accepting', 'bot, answering', 'estimator', 'RabbitMQ', 'Redis', 'in all'],
    queue.map((at) => {
      const { accept, answer } = at;
      const [rabbitmq, redis] = [accept.rabbitmq + answer.rabbitmq, accept.redis + answer.redis];
      const cells = [accept.bot, answer.bot, answer.messaging, rabbitmq, redis, queueCost(at)];
      return [whole(at.waiting), ...cells.map((ms) => `${ms.toFixed(1)} ms`)];
    }),
  );
}

export function table(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function picture(name: string, which: string, alt: string): string {
  return `<img src="${name}-${which}.svg" width="720" alt="${alt}">`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function whole(count: number): string {
  return count.toLocaleString('en');
}
