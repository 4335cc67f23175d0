import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { connectBroker } from '@attrai/broker/connect-broker';
import type { OnProgress } from '../../harness/command/progress-line.ts';
import { describeMachine } from '../../harness/machine.ts';
import { startSuite } from '../../harness/suite/start-suite.ts';
import type { Suite } from '../../harness/suite/suite.ts';
import { measureBot } from './bot-alone.ts';
import { keepApart, ownCores } from './cores.ts';
import { estimatorsOf, type Figures, type LatencyFigures, type LoadFigures, type PlainSpeed } from './figures.ts';
import { Peaks } from './peaks.ts';
import type { BenchPhotos } from './photos.ts';
import { measurePipeline } from './pipeline.ts';
import { measureQueue } from './queue-growth.ts';
import { measureLatency, measureLoad } from './speed.ts';
import { measureInTurns } from './turns.ts';

export interface MeasureOptions {
  photos: BenchPhotos;
  /** Where they come from, for the report. */
  from: string;
  modelsDir: string;
  /** The suite is measured with 1, 2, up to so many of them. */
  estimators: number;
  /** How long each speed is measured. */
  seconds: number;
  /** Each speed is measured in so many rounds, in turns with the plain pipeline. */
  rounds: number;
  /** Queue lengths, ascending. */
  lengths: number[];
  logDir?: string | undefined;
  onProgress: OnProgress;
  /** Everything that runs is in here; disposing it ends it. */
  opened: AsyncDisposableStack;
}

/** So many photos at the most are accepted and answered at each length of the queue. */
const MOST_SAMPLED = 200;
const HALF = 0.5;
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Measures the suite on real servers, and the plain pipeline beside it. Takes minutes. */
export async function measure(options: MeasureOptions): Promise<Figures> {
  const { photos, from, estimators: most, seconds, lengths, onProgress, opened } = options;
  const [loadBefore = 0] = loadavg();
  const cores = await ownCores();
  const suite = await startWarm(options);
  const peaks = new Peaks(suite);

  const speeds: Speeds[] = [];
  for (let estimators = 1; estimators <= most; estimators++) {
    await runEstimators(suite, estimators);
    speeds.push(await measureSpeeds(suite, estimators, cores, peaks, options));
  }

  await keepApart(suite, 0, cores);
  const broker = await connectBroker({ url: suite.rabbitmq.url, onFatal: () => {} });
  opened.defer(() => broker.close());
  const sample = Math.min(MOST_SAMPLED, lengths.at(-1)!);
  const queue = await measureQueue({ suite, broker, photos: [photos.small], lengths, sample, onProgress });

  onProgress('the bot alone');
  await runEstimators(suite, 0);
  const bot = await measureBot({ suite, broker, photos, seconds });
  await peaks.look();

  const date = new Date().toISOString().slice(0, 10);
  return {
    v: 1,
    date,
    machine: describeMachine().filter((line) => line !== date),
    cores: availableParallelism(),
    loadBefore,
    photos: { count: photos.sent.length, from },
    seconds,
    plain: speeds.map(({ plain }) => plain),
    load: speeds.map(({ load }) => load),
    latency: speeds.map(({ latency }) => latency),
    queue,
    bot,
    peakMb: await peaks.look(),
  };
}

/** A suite whose code V8 has optimized: until then it costs several times as much. */
async function startWarm({ photos, estimators, seconds, logDir, onProgress, opened }: MeasureOptions): Promise<Suite> {
  onProgress('starting RabbitMQ, Redis, sandbox, bot and estimators');
  const suite = await startSuite(opened, {
    logDir,
    estimators,
    direct: true,
    // The last photos of a long queue must not expire.
    bot: { env: { DEADLINE_SECONDS: '7200' } },
    estimator: { preload: file('one-cpu.ts') },
  });
  // The bot's image has its compiled code. Here, the bot has left it when it ends.
  await suite.bot.changeTo();
  await suite.bot.untilReady();
  onProgress('warming up');
  // With small photos, as more of them are through in the same time.
  await measureLoad({ suite, photos: [photos.small], estimators, seconds: seconds / 3 });
  return suite;
}

/** Has so many estimators of the suite run, and no other. */
async function runEstimators(suite: Suite, count: number): Promise<void> {
  const running = suite.estimators.slice(0, count);
  await Promise.all(suite.estimators.slice(count).map((one) => one.pause()));
  for (const one of running) if (!one.running) await one.changeTo();
  await Promise.all(running.map((one) => one.untilReady()));
}

interface Speeds {
  plain: PlainSpeed;
  load: LoadFigures;
  latency: LatencyFigures;
}

/** Measures the suite when it is always busy, in turns with the plain pipeline, and then at half of that load. */
async function measureSpeeds(
  suite: Suite,
  estimators: number,
  cores: number[],
  peaks: Peaks,
  { photos, modelsDir, seconds, rounds, onProgress, opened }: MeasureOptions,
): Promise<Speeds> {
  const alone = async () => {
    onProgress(`the pipeline alone, ${estimators} at once`);
    await keepApart(suite, 0, cores);
    const half = seconds / rounds / 2;
    return measurePipeline({ photos: photos.received, modelsDir, processes: estimators, seconds: half, opened });
  };
  const busy = async () => {
    onProgress(`${estimatorsOf(estimators)}, always busy`);
    const apart = await keepApart(suite, estimators, cores);
    const reached = await measureLoad({ suite, photos: photos.sent, estimators, seconds: seconds / rounds });
    return { ...reached, apart };
  };
  const { plain, load } = await measureInTurns(rounds, alone, busy);
  await keepApart(suite, estimators, cores);
  await peaks.look();
  onProgress(`${estimatorsOf(estimators)} at half load`);
  const perSecond = load.photosPerSecond * HALF;
  const latency = await measureLatency({ suite, photos: photos.sent, estimators, seconds, perSecond });
  await peaks.look();
  return { plain, load, latency };
}
