import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Crowd } from './crowd.ts';
import type { SampleKind } from './samples.ts';

const MIX: SampleKind[] = ['face', 'face', 'faces', 'face', 'empty', 'face', 'face', 'face', 'broken', 'face'];
const LOOK_MS = 200;

/** Users send so many photos of all kinds at even intervals. Resolves when the last is sent. */
export async function sendSteadily(crowd: Crowd, photos: number, perSecond: number): Promise<void> {
  const start = Date.now();
  for (let i = 0; i < photos; i++) {
    await sleep(Math.max(0, start + (i * 1000) / perSecond - Date.now()));
    await crowd.send(MIX[i % MIX.length]!);
  }
}

/** Users send photos at random times (a Poisson process), `perSecond` on average. Resolves when the last is sent. */
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

/** Users send photos until `signal` aborts, so that `wanted` photos are in work. */
export async function keepBusy(crowd: Crowd, wanted: number, inWork: () => Promise<number>, signal: AbortSignal) {
  while (!signal.aborted) {
    const missing = wanted - (await inWork());
    for (let i = 0; i < missing; i++) await crowd.send();
    await sleep(LOOK_MS);
  }
}
