import { TO_ESTIMATE } from '@attrai/contracts/queues';
import { waitUntil } from '@attrai/test-servers/wait-until';
import type { FaultOrder } from '../../harness/suite/sandbox-client.ts';
import type { Stage } from './fault.ts';

/** Photos that are sent at once so that some are in work everywhere. */
const BURST = 12;

/** Photos are on their way in every part of the suite. Resolves to how many, to 0 if that moment never came. */
export async function inFullWork(stage: Stage): Promise<number> {
  return burstUntil(stage, async () => (await stage.inWork()) >= BURST / 2);
}

/**
 * Every estimator has a photo in hand: photos wait in the queue, and they do so only when each estimator has one.
 * Resolves to how many photos are in work, to 0 if that moment never came.
 */
export async function inMidPhoto(stage: Stage): Promise<number> {
  return burstUntil(stage, async () => (await stage.suite.queues.depth(TO_ESTIMATE)) > 1);
}

/** Again if need be: on a busy machine a burst may be over before it is looked at. */
async function burstUntil({ crowd, inWork }: Stage, hasCome: () => Promise<boolean>): Promise<number> {
  for (let tries = 0; tries < 5; tries++) {
    await crowd.burst(BURST, 'faces');
    const seen = await waitUntil('', hasCome, 3_000).then(
      () => true,
      () => false,
    );
    if (seen) return inWork();
  }
  return 0;
}

/**
 * Calls of a method of the Bot API are under way: the sandbox holds them back for a while. Resolves to how many.
 *
 * @param beforehand what brings such calls about
 */
export async function inMidCall({ suite, crowd }: Stage, method: string, holdMs: number): Promise<number> {
  const order: FaultOrder = { method, kind: 'delay', delay_ms: holdMs, times: BURST };
  await suite.sandbox.order(order);
  await crowd.burst(BURST, 'faces');
  const struck = async () => BURST - (await suite.sandbox.faultsLeft());
  await waitUntil(`${method} is not called`, async () => (await struck()) >= 3, 20_000).catch(() => {});
  return struck();
}
