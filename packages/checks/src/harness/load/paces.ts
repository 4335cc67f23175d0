import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Crowd } from './crowd.ts';
import type { SampleKind } from './samples.ts';

/** Of ten photos of a steady stream. */
const MIX: SampleKind[] = ['face', 'face', 'faces', 'face', 'empty', 'face', 'face', 'face', 'broken', 'face'];
const LOOK_MS = 200;

/** Has so many photos of all kinds sent, `perSecond` of them, evenly spread. Resolves when the last is sent. */
export async function sendSteadily(crowd: Crowd, photos: number, perSecond: number): Promise<void> {
  const start = Date.now();
  for (let i = 0; i < photos; i++) {
    await sleep(Math.max(0, start + (i * 1000) / perSecond - Date.now()));
    await crowd.send(MIX[i % MIX.length]!);
  }
}

/**
 * Has photos sent for so many seconds at random moments, as independent users do (a Poisson process), `perSecond` of them
 * in the mean, whatever becomes of those before. Resolves when the last is sent.
 */
export async function sendAtRandom(crowd: Crowd, perSecond: number, seconds: number, random: Random): Promise<void> {
  const start = performance.now();
  const sending: Promise<void>[] = [];
  let at = 0;
  for (;;) {
    at += (-Math.log(1 - random.fraction()) / perSecond) * 1000;
    if (at > seconds * 1000) break;
    await sleep(Math.max(0, start + at - performance.now()));
    sending.push(crowd.send());
  }
  await Promise.all(sending);
}

/** Has photos sent such that `wanted` of them are in work, as `inWork` counts them, until `signal` aborts. */
export async function keepBusy(
  crowd: Crowd,
  wanted: number,
  inWork: () => Promise<number>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const missing = wanted - (await inWork());
    for (let i = 0; i < missing; i++) await crowd.send();
    await sleep(LOOK_MS);
  }
}
