import { TO_ESTIMATE } from '@attrai/contracts/queues';
import type { FaultOrder } from '../../harness/suite/sandbox-client.ts';
import { within } from '../../harness/within.ts';
import type { Stage } from './fault.ts';

/** Photos sent at once, so that every part of the suite has some. */
const BURST = 12;
/** Between two looks, ms. The moments are short. */
const LOOK_MS = 25;

/** Every part of the suite has photos in work. Resolves to how many; to 0 if that moment never came. */
export async function inFullWork(stage: Stage): Promise<number> {
  return burstUntil(stage, async () => (await stage.inWork()) >= BURST / 2);
}

/**
 * Every estimator has a photo in flight: photos wait in the queue only then.
 * Resolves to how many photos are in work, to 0 if that moment never came.
 */
export async function inMidPhoto(stage: Stage): Promise<number> {
  return burstUntil(stage, async () => (await stage.suite.queues.depth(TO_ESTIMATE)) > 1);
}

/** Repeats bursts if needed: on a busy machine one may be over before the next look. */
async function burstUntil({ crowd, inWork }: Stage, hasCome: () => Promise<boolean>): Promise<number> {
  for (let tries = 0; tries < 5; tries++) {
    await crowd.burst(BURST, 'faces');
    if (await within(3_000, hasCome, LOOK_MS)) return inWork();
  }
  return 0;
}

/** Calls of a method of the Bot API are in flight: the sandbox holds them back for `holdMs`. Resolves to how many. */
export async function inMidCall({ suite, crowd }: Stage, method: string, holdMs: number): Promise<number> {
  const order: FaultOrder = { method, kind: 'delay', delay_ms: holdMs, times: BURST };
  await suite.sandbox.order(order);
  await crowd.burst(BURST, 'faces');
  const underWay = async () => BURST - (await suite.sandbox.faultsLeft());
  await within(20_000, async () => (await underWay()) >= 3, LOOK_MS);
  return underWay();
}
