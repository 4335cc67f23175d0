import { setTimeout as sleep } from 'node:timers/promises';
import { LANGUAGES } from '@attrai/bot/texts/language';
import { Crowd } from '../../harness/load/crowd.ts';
import { keepBusy, sendAtRandom } from '../../harness/load/paces.ts';
import type { Sample } from '../../harness/load/samples.ts';
import { Random } from '../../harness/random.ts';
import type { Suite } from '../../harness/suite/suite.ts';
import type { LatencyFigures, LoadFigures } from './figures.ts';
import { startMeter } from './meter.ts';
import { cpuPerPhoto } from './usage.ts';

interface SpeedOptions {
  suite: Suite;
  photos: readonly Sample[];
  estimators: number;
  seconds: number;
}

/** Enough users that no chat comes near Telegram's limit for one chat. */
const USERS = 400;
/** Photos in work for each estimator: enough for the time between two looks. */
const IN_WORK = 30;
/** Time before the measurement, as a share of its length. */
const WARM_UP = 0.3;
/** A measurement lasts at least until so many photos are answered. */
const LEAST_PHOTOS = 20;
const ANSWERED_WITHIN_MS = 60_000;
const LOOK_MS = 250;
const SEED = 5;
/** Methods of the Bot API that show something to a user. */
const MESSAGES = ['sendMessage', 'sendPhoto', 'editMessageText', 'editMessageMedia'];

/** Measures photos/s and the cost of a photo while photos always wait. */
export async function measureLoad(options: SpeedOptions): Promise<Omit<LoadFigures, 'apart' | 'shares'>> {
  const { suite, photos, estimators, seconds } = options;
  const crowd = gather(suite, photos);
  const enough = new AbortController();
  const busy = keepBusy(crowd, IN_WORK * estimators, () => suite.bookkeeping.inWork(), enough.signal);
  busy.catch(() => {}); // Awaited below.

  await Promise.race([untilDone(suite, crowd, seconds * WARM_UP), busy]);
  const callsBefore = await messagesOf(suite);
  const read = await startMeter(suite);
  const from = Date.now();
  await Promise.race([untilDone(suite, crowd, seconds), busy]);
  const cpu = await read();
  const to = Date.now();
  const calls = (await messagesOf(suite)) - callsBefore;
  enough.abort();
  await busy;
  await untilAnswered(suite);

  const answered = (await crowd.fates()).filter(({ answeredAt = 0 }) => answeredAt >= from && answeredAt < to).length;
  return {
    estimators,
    photos: answered,
    photosPerSecond: (1000 * answered) / (to - from),
    cpuMs: cpuPerPhoto(cpu, answered),
    calls: calls / answered,
  };
}

/** Measures the time until an answer while photos arrive at random, `perSecond` on average. */
export async function measureLatency(options: SpeedOptions & { perSecond: number }): Promise<LatencyFigures> {
  const { suite, photos, estimators, seconds, perSecond } = options;
  const crowd = gather(suite, photos);
  await sendAtRandom(crowd, perSecond, seconds, new Random(SEED, estimators));
  await untilAnswered(suite);
  const fates = await crowd.fates();
  const waits = fates.flatMap(({ sentAt, answeredAt }) => (answeredAt === undefined ? [] : [answeredAt - sentAt]));
  return {
    estimators,
    perSecond,
    photos: fates.length,
    unanswered: fates.length - waits.length,
    percentiles: percentiles(waits),
  };
}

/** Users who send these photos, all with one language. */
export function gather({ sandbox }: Suite, photos: readonly Sample[]): Crowd {
  return new Crowd(sandbox, photos, USERS, LANGUAGES.slice(0, 1));
}

/** Percentiles 0 to 100 by nearest rank; zeros without values. */
export function percentiles(values: number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return Array.from({ length: 101 }, (_, p) => sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? 0);
}

async function messagesOf({ sandbox }: Suite): Promise<number> {
  const calls = await sandbox.calls();
  return MESSAGES.reduce((sum, method) => sum + (calls[method] ?? 0), 0);
}

/** Waits `seconds`, and longer if too few photos were answered to measure something. */
export async function untilDone({ bookkeeping }: Suite, crowd: Crowd, seconds: number): Promise<void> {
  const answered = async () => crowd.sent.length - (await bookkeeping.inWork());
  const enough = (await answered()) + LEAST_PHOTOS;
  await sleep(seconds * 1000);
  while ((await answered()) < enough) await sleep(LOOK_MS);
}

/** Waits at most a minute until no photo was in work for 3 s. (A photo counts as in work a little after it was sent.) */
export async function untilAnswered({ bookkeeping }: Suite): Promise<void> {
  const end = Date.now() + ANSWERED_WITHIN_MS;
  for (let idle = 0; idle < 12 && Date.now() < end; await sleep(LOOK_MS)) {
    idle = (await bookkeeping.inWork()) === 0 ? idle + 1 : 0;
  }
}
