import { TO_ESTIMATE } from '@attrai/contracts/queues';
import { waitUntil } from '@attrai/test-servers/wait-until';
import type { FaultOrder } from '../suite/sandbox-client.ts';
import type { Stage } from './fault.ts';

/** Photos that are sent at once so that some are in work everywhere. */
const BURST = 12;

/** Photos are on their way in every part of the suite. Resolves to how many. */
export async function inFullWork({ load, inWork }: Stage): Promise<number> {
  await load.burst(BURST, 'faces');
  await waitUntil('no photos are in work', async () => (await inWork()) >= BURST / 2, 20_000).catch(() => {});
  return inWork();
}

/**
 * Every estimator has a photo in hand: photos wait in the queue, and they do so only when each estimator has one.
 * Resolves to how many photos are in work, to 0 if that moment never came.
 */
export async function inMidPhoto(stage: Stage): Promise<number> {
  for (let tries = 0; tries < 5; tries++) {
    await stage.load.burst(BURST, 'faces');
    const waiting = async () => (await stage.suite.queues.depth(TO_ESTIMATE)) > 1;
    const came = await waitUntil('', waiting, 3_000).then(
      () => true,
      () => false,
    );
    if (came) return stage.inWork();
  }
  return 0;
}

/**
 * Calls of a method of the Bot API are under way: the sandbox holds them back for a while. Resolves to how many.
 *
 * @param beforehand what brings such calls about
 */
export async function inMidCall({ suite, load }: Stage, method: string, holdMs: number): Promise<number> {
  const order: FaultOrder = { method, kind: 'delay', delay_ms: holdMs, times: BURST };
  await suite.sandbox.order(order);
  await load.burst(BURST, 'faces');
  const struck = async () => BURST - (await suite.sandbox.faultsLeft());
  await waitUntil(`${method} is not called`, async () => (await struck()) >= 3, 20_000).catch(() => {});
  return struck();
}
