import { TO_ESTIMATE } from '@attrai/contracts/queues';
import type { FaultOrder } from '@attrai/sandbox/bot-api/faults';
import { within } from '../../harness/within.ts';
import type { Stage } from './fault.ts';

/** Photos sent at once: enough that every part of the suite gets some. */
const BURST = 12;
const LOOK_MS = 25;

/** Waits until every part of the suite has photos. Resolves to the number of photos in work, or 0 if that never happened. */
export async function inFullWork(stage: Stage): Promise<number> {
  return burstUntil(stage, async () => (await stage.inWork()) >= BURST / 2);
}

/** The same until every estimator has a photo in flight: only then do others wait in the queue. */
export async function inMidPhoto(stage: Stage): Promise<number> {
  return burstUntil(stage, async () => (await stage.suite.queues.depth(TO_ESTIMATE)) > 1);
}

/** Repeats the burst if needed: on a busy machine it may be over before the next look. */
async function burstUntil({ crowd, inWork }: Stage, hasCome: () => Promise<boolean>): Promise<number> {
  for (let tries = 0; tries < 5; tries++) {
    await crowd.burst(BURST, 'faces');
    if (await within(3_000, hasCome, LOOK_MS)) return inWork();
  }
  return 0;
}

/** Delays calls of a method by `holdMs`, and waits until some are in flight. Resolves to their number. */
export async function inMidCall({ suite, crowd }: Stage, method: string, holdMs: number): Promise<number> {
  const order: FaultOrder = { method, kind: 'delay', delay_ms: holdMs, times: BURST };
  await suite.sandbox.order(order);
  await crowd.burst(BURST, 'faces');
  const underWay = async () => BURST - (await suite.sandbox.faultsLeft());
  await within(20_000, async () => (await underWay()) >= 3, LOOK_MS);
  return underWay();
}
