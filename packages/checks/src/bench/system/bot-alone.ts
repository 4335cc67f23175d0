import type { Broker, Consumer } from '@attrai/broker/broker';
import { AFTER_ESTIMATE, TO_ESTIMATE } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import type { DrawnFace } from '@attrai/contracts/result';
import { createVolumeStore } from '@attrai/photo-store/volume-store';
import { keepBusy } from '../../harness/load/paces.ts';
import type { Suite } from '../../harness/suite/suite.ts';
import type { BotFigures } from './figures.ts';
import { startMeter } from './meter.ts';
import type { BenchPhotos } from './photos.ts';
import { gather, untilAnswered, untilDone } from './speed.ts';
import { cpuPerPhoto } from './usage.ts';

interface BotAloneOptions {
  /** None of its estimators runs. */
  suite: Suite;
  /** Connected to the suite's RabbitMQ. */
  broker: Broker;
  photos: BenchPhotos;
  seconds: number;
}

/** Roughly the time of Telegram's calls, milliseconds. */
export const TELEGRAM_MS = { picture: 300, other: 100 };
const PICTURES = ['sendPhoto', 'editMessageMedia'];
const OTHERS = ['sendMessage', 'editMessageText', 'getFile', 'downloadFile'];
const MANY = 1_000_000;
/** Photos in work; more than the bot handles at once. */
const IN_WORK = 150;
/** Time before the measurement, as a share of its length. */
const WARM_UP = 0.5;
const FACE: DrawnFace = { box: [10, 10, 60, 60], row: 0, score: 5, confidence: 'high' };

/** Measures how many photos/s one bot answers with stand-ins for estimators and a Telegram as slow as the real one. */
export async function measureBot({ suite, broker, photos, seconds }: BotAloneOptions): Promise<BotFigures> {
  const { sandbox, bookkeeping } = suite;
  const estimators = await startStandIns(suite, broker, photos.received);
  for (const method of PICTURES) await delay(method, TELEGRAM_MS.picture);
  for (const method of OTHERS) await delay(method, TELEGRAM_MS.other);

  const crowd = gather(suite, photos.sent);
  const enough = new AbortController();
  const busy = keepBusy(crowd, IN_WORK, () => bookkeeping.inWork(), enough.signal);
  busy.catch(() => {}); // Awaited below.
  await Promise.race([untilDone(suite, crowd, seconds * WARM_UP), busy]);
  const read = await startMeter(suite);
  const from = Date.now();
  await Promise.race([untilDone(suite, crowd, seconds), busy]);
  const cpu = await read();
  const to = Date.now();
  enough.abort();
  await busy;
  await untilAnswered(suite);
  await sandbox.clearFaults();
  await estimators.stop();

  const fates = await crowd.fates();
  const answered = fates.filter(({ answeredAt = 0 }) => answeredAt >= from && answeredAt < to).length;
  return {
    photos: answered,
    photosPerSecond: (1000 * answered) / (to - from),
    cpuMs: cpuPerPhoto({ bot: cpu.bot }, answered).bot,
    unanswered: fates.filter(({ finals }) => finals.length === 0).length,
    twice: fates.filter(({ finals }) => finals.length > 1).length,
  };

  function delay(method: string, ms: number): Promise<void> {
    return sandbox.order({ method, kind: 'delay', delay_ms: ms, times: MANY });
  }
}

/** Answers every request at once, with one of the pictures. */
async function startStandIns({ files }: Suite, broker: Broker, pictures: Buffer[]): Promise<Consumer> {
  const store = await createVolumeStore(files.photoDir);
  let turns = 0;
  async function estimate({ id, replyTo, acceptedAt, deadline, photo }: EstimateRequest): Promise<void> {
    const { ref: picture } = await store.put(`${id}.picture`, pictures[turns++ % pictures.length]!);
    const outcome = { kind: 'scored' as const, picture, faces: [FACE] };
    await broker.publish(AFTER_ESTIMATE, { json: { v: 1, id, replyTo, acceptedAt, deadline, outcome, workMs: 1 } });
    await store.delete(photo);
  }
  return broker.consume(TO_ESTIMATE, IN_WORK, ({ json }) => estimate(estimateRequest.parse(json)));
}
