import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Broker } from '@attrai/broker/broker';
import { connectBroker } from '@attrai/broker/connect-broker';
import type { OnProgress } from '../../harness/command/progress-line.ts';
import { describeMachine } from '../../harness/machine.ts';
import { startSuite } from '../../harness/suite/start-suite.ts';
import type { Suite } from '../../harness/suite/suite.ts';
import { measureBot } from './bot-alone.ts';
import { keepApart, ownCores } from './cores.ts';
import {
  type BotFigures,
  estimatorsOf,
  type Figures,
  type LatencyFigures,
  type LoadFigures,
  type PlainSpeed,
  type QueueFigures,
} from './figures.ts';
import { Peaks } from './peaks.ts';
import type { BenchPhotos } from './photos.ts';
import { measurePipeline } from './pipeline.ts';
import { measureQueue } from './queue-growth.ts';
import { measureLatency, measureLoad } from './speed.ts';
import { measureInTurns } from './turns.ts';

interface MeasureOptions {
  photos: BenchPhotos;
  /** Origin of the photos, for the report. */
  from: string;
  modelsDir: string;
  /** The suite is measured with 1, 2, ... up to so many estimators. */
  estimators: number;
  seconds: number;
  /** Rounds of each speed measurement, in turns with the plain pipeline. */
  rounds: number;
  /** Queue lengths, ascending. */
  lengths: number[];
  logDir?: string | undefined;
  onProgress: OnProgress;
  /** Disposing it ends everything that runs. */
  opened: AsyncDisposableStack;
}

/** The most photos that are accepted and answered at each queue length. */
const MOST_SAMPLED = 200;
const HALF = 0.5;
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Measures the suite on real servers, and the plain pipeline for comparison. Takes minutes. */
export async function measure(options: MeasureOptions): Promise<Figures> {
  return await new Measurement(options, await ownCores(), await startWarm(options)).run();
}

/** Starts a suite and keeps it busy until V8 has optimized its code, which is slow before. */
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
  // The bot writes its compiled code when it ends. Its image has that code from the start.
  await suite.bot.changeTo();
  await suite.bot.untilReady();
  onProgress('warming up');
  // Small photos, because more of them are done in the same time.
  await measureLoad({ suite, photos: [photos.small], estimators, seconds: seconds / 3 });
  return suite;
}

interface Speeds {
  plain: PlainSpeed;
  load: LoadFigures;
  latency: LatencyFigures;
}

class Measurement {
  readonly #options: MeasureOptions;
  readonly #cores: number[];
  readonly #suite: Suite;
  readonly #peaks: Peaks;
  readonly #loadBefore = loadavg()[0] ?? 0;

  constructor(options: MeasureOptions, cores: number[], suite: Suite) {
    this.#options = options;
    this.#cores = cores;
    this.#suite = suite;
    this.#peaks = new Peaks(suite);
  }

  async run(): Promise<Figures> {
    const { photos, from, estimators: most, seconds, opened } = this.#options;
    const speeds: Speeds[] = [];
    for (let estimators = 1; estimators <= most; estimators++) {
      await this.#runEstimators(estimators);
      speeds.push(await this.#measureSpeeds(estimators));
    }
    await keepApart(this.#suite, 0, this.#cores);
    const broker = await connectBroker({ url: this.#suite.rabbitmq.url, onFatal: () => {} });
    opened.defer(() => broker.close());
    // Not after the long queue, whose photos stay in work.
    const bot = await this.#measureBot(broker);
    await this.#runEstimators(most);
    const queue = await this.#measureQueue(broker);
    const date = new Date().toISOString().slice(0, 10);
    return {
      v: 1,
      date,
      machine: describeMachine().filter((line) => line !== date),
      cores: availableParallelism(),
      loadBefore: this.#loadBefore,
      photos: { count: photos.sent.length, from },
      seconds,
      plain: speeds.map(({ plain }) => plain),
      load: speeds.map(({ load }) => load),
      latency: speeds.map(({ latency }) => latency),
      queue,
      bot,
      peakMb: await this.#peaks.look(),
    };
  }

  /** Leaves so many estimators of the suite running. */
  async #runEstimators(count: number): Promise<void> {
    const running = this.#suite.estimators.slice(0, count);
    await Promise.all(this.#suite.estimators.slice(count).map((one) => one.pause()));
    for (const one of running) if (!one.running) await one.changeTo();
    await Promise.all(running.map((one) => one.untilReady()));
  }

  /** Measures the busy suite in turns with the plain pipeline, then the suite at half of that load. */
  async #measureSpeeds(estimators: number): Promise<Speeds> {
    const { photos, modelsDir, seconds, rounds, onProgress, opened } = this.#options;
    const suite = this.#suite;
    const alone = async () => {
      onProgress(`the pipeline alone, ${estimators} at once`);
      await keepApart(suite, 0, this.#cores);
      const half = seconds / rounds / 2;
      return measurePipeline({ photos: photos.received, modelsDir, processes: estimators, seconds: half, opened });
    };
    const busy = async () => {
      onProgress(`${estimatorsOf(estimators)}, always busy`);
      const apart = await keepApart(suite, estimators, this.#cores);
      const reached = await measureLoad({ suite, photos: photos.sent, estimators, seconds: seconds / rounds });
      return { ...reached, apart };
    };
    const { plain, load } = await measureInTurns(rounds, alone, busy);
    await keepApart(suite, estimators, this.#cores);
    await this.#peaks.look();
    onProgress(`${estimatorsOf(estimators)} at half load`);
    const perSecond = load.photosPerSecond * HALF;
    const latency = await measureLatency({ suite, photos: photos.sent, estimators, seconds, perSecond });
    await this.#peaks.look();
    return { plain, load, latency };
  }

  async #measureQueue(broker: Broker): Promise<QueueFigures[]> {
    const { photos, lengths, onProgress } = this.#options;
    const sample = Math.min(MOST_SAMPLED, lengths.at(-1)!);
    return await measureQueue({ suite: this.#suite, broker, photos: [photos.small], lengths, sample, onProgress });
  }

  async #measureBot(broker: Broker): Promise<BotFigures> {
    const { photos, seconds, onProgress } = this.#options;
    onProgress('the bot alone');
    await this.#runEstimators(0);
    const bot = await measureBot({ suite: this.#suite, broker, photos, seconds });
    await this.#peaks.look();
    return bot;
  }
}
