import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { connectBroker } from '@attrai/broker/connect-broker';
import type { OnProgress } from '../../harness/command/progress-line.ts';
import { describeMachine } from '../../harness/machine.ts';
import { startSuite } from '../../harness/suite/start-suite.ts';
import type { Suite } from '../../harness/suite/suite.ts';
import { keepApart, ownCores } from './cores.ts';
import { estimatorsOf, type Figures } from './figures.ts';
import type { BenchPhotos } from './photos.ts';
import { measurePipeline } from './pipeline.ts';
import { measureQueue } from './queue-growth.ts';
import { measureLatency, measureLoad } from './speed.ts';
import { measureInTurns } from './turns.ts';
import { peakMemory } from './usage.ts';

export interface MeasureOptions {
  photos: BenchPhotos;
  /** Where they come from, for the report. */
  from: string;
  modelsDir: string;
  /** With 1 to so many it is measured. */
  estimators: number;
  /** How long each speed is measured. */
  seconds: number;
  /** In so many parts, in turns with the plain pipeline. */
  rounds: number;
  /** Queue lengths, ascending. */
  lengths: number[];
  logDir?: string | undefined;
  onProgress: OnProgress;
  /** Everything that runs is in here; disposing it ends it. */
  opened: AsyncDisposableStack;
}

/** Photos accepted and answered at each length of the queue. */
const MOST_SAMPLED = 200;
const HALF = 0.5;
const MB = 2 ** 20;
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Measures the suite on real servers, and the plain pipeline beside it. Takes minutes. */
export async function measure(options: MeasureOptions): Promise<Figures> {
  const { photos, from, modelsDir, estimators: most, seconds, rounds, lengths, logDir, onProgress, opened } = options;
  const [loadBefore = 0] = loadavg();
  const counts = Array.from({ length: most }, (_, i) => i + 1);
  const cores = await ownCores();

  onProgress('starting RabbitMQ, Redis, sandbox, bot and estimators');
  const suite = await startSuite(opened, {
    logDir,
    estimators: most,
    direct: true,
    // The photos that fill the queue shall still wait when their turn comes.
    bot: { preload: file('without-pace.ts'), env: { DEADLINE_SECONDS: '7200' } },
    estimator: { preload: file('one-cpu.ts') },
  });
  // Its image brings its code compiled; here its first run has left it.
  await suite.bot.changeTo();
  await suite.bot.untilReady();
  const peaks = watchPeaks(suite);
  onProgress('warming up');
  // Code that V8 has yet to optimize costs several times as much; small photos are through it sooner.
  await measureLoad({ suite, photos: [photos.small], estimators: most, seconds: seconds / 3 });

  const plain: Figures['plain'] = [];
  const load: Figures['load'] = [];
  const latency: Figures['latency'] = [];
  for (const estimators of counts) {
    await Promise.all(suite.estimators.map((one, i) => (i < estimators ? undefined : one.pause())));
    for (const one of suite.estimators.slice(0, estimators)) if (!one.running) await one.changeTo();
    await Promise.all(suite.estimators.slice(0, estimators).map((one) => one.untilReady()));
    const running = { suite, photos: photos.sent, estimators, seconds };
    const alone = async () => {
      onProgress(`the pipeline alone, ${estimators} at once`);
      await keepApart(suite, 0, cores);
      return await measurePipeline({
        photos: photos.received,
        modelsDir,
        processes: estimators,
        seconds: seconds / rounds / 2,
        opened,
      });
    };
    const busy = async () => {
      onProgress(`${estimatorsOf(estimators)}, always busy`);
      const apart = await keepApart(suite, estimators, cores);
      return { ...(await measureLoad({ ...running, seconds: seconds / rounds })), apart };
    };
    const reached = await measureInTurns(rounds, alone, busy);
    plain.push(reached.plain);
    load.push(reached.load);
    await keepApart(suite, estimators, cores);
    await peaks.look();
    onProgress(`${estimatorsOf(estimators)} at half load`);
    latency.push(await measureLatency({ ...running, perSecond: reached.load.photosPerSecond * HALF }));
    await peaks.look();
  }

  await keepApart(suite, 0, cores);
  const broker = await connectBroker({ url: suite.rabbitmq.url, onFatal: () => {} });
  opened.defer(() => broker.close());
  const sample = Math.min(MOST_SAMPLED, lengths.at(-1)!);
  const queue = await measureQueue({ suite, broker, photos: [photos.small], lengths, sample, onProgress });
  const peakMb = await peaks.look();

  const date = new Date().toISOString().slice(0, 10);
  return {
    v: 1,
    date,
    machine: describeMachine().filter((line) => line !== date),
    cores: availableParallelism(),
    loadBefore,
    photos: { count: photos.sent.length, from },
    seconds,
    plain,
    load,
    latency,
    queue,
    peakMb,
  };
}

/** The most memory that the bot and any estimator had; to be looked at before one of them ends. */
function watchPeaks({ bot, estimators }: Suite) {
  const peakMb = { bot: 0, estimator: 0 };
  return {
    async look(): Promise<Figures['peakMb']> {
      const peaks = await Promise.all(estimators.map(({ pid }) => peakMemory(pid)));
      peakMb.bot = Math.max(peakMb.bot, (await peakMemory(bot.pid)) / MB);
      peakMb.estimator = Math.max(peakMb.estimator, ...peaks.map((peak) => peak / MB));
      return { ...peakMb };
    },
  };
}
