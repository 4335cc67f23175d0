import { writeSync } from 'node:fs';
import type { EstimateRequest } from '@attrai/contracts/request';
import { estimatePhoto } from '@attrai/estimator/estimate-photo';
import { startWatchdog } from '@attrai/estimator/watchdog';
import { WatchedPhoto } from '@attrai/estimator/watched-photo';
import { OwnVision } from '@attrai/estimator/watched-vision';
import { createMessageStore } from '@attrai/photo-store/message-store';
import { loadVision } from '@attrai/vision/load-vision';
import { mutant } from './mutate.ts';
import { makeSources } from './sources.ts';

// Started by fuzz-photos.ts as a process of its own, because a photo may end it. Handles mutated photos as an estimator
// does, and writes a line of JSON to stdout before and after each photo.

export type Line =
  | { at: number }
  | { done: number; kind: string; ms: number }
  | { done: number; threw: string }
  | { rss: number };

const STUCK_AFTER_MS = 20_000;
/** Rounds of the same photos, to see whether memory grows. */
const ROUNDS = 6;
const MOST_AGAIN = 500;

const [seed, from, to] = process.argv.slice(2, 5).map(Number) as [number, number, number];
const modelsDir = process.argv[5]!;

/** Writes synchronously: no line is lost in a crash. */
const say = (line: Line) => writeSync(1, `${JSON.stringify(line)}\n`);

const sources = await makeSources();
const watchdog = await startWatchdog({ service: 'fuzz', limitMs: STUCK_AFTER_MS });
const vision = new OwnVision(await loadVision({ modelsDir }), new WatchedPhoto(watchdog.memory));
const photoStore = createMessageStore();

const outages = { rideOut: <T>(_: EstimateRequest, ask: () => Promise<T>) => ask() };
const parts = { photoStore, vision, outages, onDecoded() {} };

async function look(number: number): Promise<Line> {
  say({ at: number });
  const { bytes } = mutant(sources, seed, number);
  const id = `mutant${String(number).padStart(14, '0')}`;
  const { ref: photo } = await photoStore.put(`${id}.photo`, bytes);
  const now = Date.now();
  const replyTo = { userId: 1, chatId: 1, messageId: 1, language: 'en' as const };
  const request: EstimateRequest = { v: 1, id, photo, replyTo, acceptedAt: now, deadline: now + 600_000 };
  const started = performance.now();
  try {
    const { outcome } = await estimatePhoto(request, bytes, parts);
    return { done: number, kind: outcome.kind, ms: performance.now() - started };
  } catch (error) {
    return { done: number, threw: String(error) };
  }
}

for (let number = from; number < to; number++) say(await look(number));

// New photos make the allocator keep memory. The same photos again must not need more.
const again = Math.min(to - from, Math.ceil(to / 3), MOST_AGAIN);
for (let round = 0; round < ROUNDS; round++) {
  for (let number = to - again; number < to; number++) await look(number);
  globalThis.gc?.();
  say({ rss: process.memoryUsage.rss() });
}
await watchdog.close();
await vision.close();
