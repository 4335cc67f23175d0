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

/** The goals, each with what was reached. */
export function judge(figures: Figures): Goal[] {
  const { load, queue, peakMb, bot } = figures;
  const [one] = load;
  const outside = Math.max(...load.map(outsideMs));
  const ofCpu = Math.min(...load.map(shareOfCpu));
  const share = shareOfPlain(one!);
  const growth = queueCost(queue.at(-1)!) / queueCost(queue[0]!);
  const lengths = `${whole(queue[0]!.waiting)} → ${whole(queue.at(-1)!.waiting)}`;
  return [
    {
      goal: `CPU outside the pipeline ≤ ${GOALS.outsideMs} ms a photo`,
      reached: `${outside.toFixed(1)} ms`,
      ok: outside <= GOALS.outsideMs,
    },
    {
      goal: `≥ ${percent(GOALS.share)} of the pipeline's own speed, by the estimator's CPU time`,
      reached: percent(ofCpu),
      ok: ofCpu >= GOALS.share,
    },
    {
      goal: `≥ ${percent(GOALS.share)} of the pipeline's own speed, by the clock (1 estimator)`,
      reached: percent(share),
      ok: share >= GOALS.share,
    },
    {
      goal: `estimator ≤ ${GOALS.estimatorMb} MB resident`,
      reached: `${Math.round(peakMb.estimator)} MB at most`,
      ok: peakMb.estimator <= GOALS.estimatorMb,
    },
    {
      goal: `bot ≤ ${GOALS.botMb} MB resident`,
      reached: `${Math.round(peakMb.bot)} MB at most`,
      ok: peakMb.bot <= GOALS.botMb,
    },
    ...(bot
      ? [
          {
            goal: `one bot answers ≥ ${GOALS.botPhotosPerSecond} photos/s, each once`,
            reached: `${bot.photosPerSecond.toFixed(1)} photos/s; ${bot.unanswered} not answered, ${bot.twice} twice`,
            ok: bot.photosPerSecond >= GOALS.botPhotosPerSecond && bot.unanswered + bot.twice === 0,
          },
        ]
      : []),
    {
      goal: `cost flat while the queue grows ${lengths} (× ${GOALS.growth} at most)`,
      reached: `× ${growth.toFixed(2)}`,
      ok: growth <= GOALS.growth,
    },
  ];
}

/** The text of docs/benchmarks.md. Its pictures lie beside it as `<name>-cpu.svg` and so on. */
export function report(figures: Figures, name: string, command: string): string {
  const { photos, seconds, machine, loadBefore, date } = figures;
  const sections = [
    '# How fast the suite is',
    `\`${command}\` on ${date}: real RabbitMQ and Redis on one machine with everything else, the sandbox for Telegram, bot and estimators as processes ` +
      `set up as in their images. ${photos.count} photos (${photos.from}), ${seconds} s a measurement.`,
    [...machine, `load average ${loadBefore.toFixed(1)} when it began: what else ran, and takes from these figures`]
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
    'Of the estimator’s CPU: what goes into the pipeline. Of the pipeline: photos/s compared with as many processes that run it without a queue, just before and after; the median of the rounds, and each of them. ' +
      'Messages: what Telegram gets a photo (placeholder, answer, places in the queue).',
    'An estimator looks at photos in one thread and does the rest in others; the pipeline alone does one photo after the other. The next photo is asked for when the one in hand is decoded: ' +
      'it is decoded while that one is looked at, and looked at while the picture of that one is stored, published and confirmed: more than 100 % is possible where there are cores to spare. ' +
      'Where a photo kills its estimator, RabbitMQ counts a failed delivery for both; from then on each is worked on alone, so that no innocent one loses more than one of its three.',
    '## CPU a photo',
    picture(name, 'cpu', 'CPU milliseconds a photo by process'),
    cpuTable(figures),
    'Messaging is the CPU time of the estimators’ main threads, pipeline that of all their others (the reading and writing of photo files is in it). Only ' +
      'messaging and bot count as ours; RabbitMQ, Redis and the sandbox are shown for planning.',
    '## Latency at half load',
    picture(name, 'latency', 'Share of photos answered within a time'),
    latencyTable(figures),
    ...(figures.bot ? ['## One bot', oneBot(figures.bot)] : []),
    '## A long queue',
    picture(name, 'queue', 'CPU milliseconds a photo by the number of photos that wait'),
    queueTable(figures),
    `Each line: ${figures.queue[0]!.photos} small photos accepted, then as many answered, while so many wait. The pipeline isn't in it.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function oneBot({ photosPerSecond, cpuMs, photos }: BotFigures): string {
  const { picture, other } = TELEGRAM_MS;
  return (
    `With stand-ins for estimators, which answer at once, and a Telegram that takes ${picture} ms for a picture and ${other} ms for any other call, ` +
    `one bot answers ${photosPerSecond.toFixed(1)} photos/s, with ${cpuMs.toFixed(1)} ms of CPU each (${photos} photos).`
  );
}

/** Says what had cores of its own. */
function sharing({ cores, load }: Figures): string {
  const apart = load.filter((one) => one.apart).map(({ estimators }) => estimatorsOf(estimators));
  const all = 'RabbitMQ, Redis, the sandbox and the users it plays for, bot and estimators';
  if (apart.length === 0) return `The ${cores} cores are shared by ${all}: on servers of their own estimators do more.`;
  return (
    `With ${apart.join(' and ')} the thread that looks at photos has one of the ${cores} cores to itself, as if the server had more of them, and all else has what is left; with more, the cores are shared by ${all}: ` +
    'on servers of their own those do more.'
  );
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

/** A table in Markdown. */
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
