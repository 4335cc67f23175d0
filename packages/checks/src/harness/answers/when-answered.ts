import type { Crowd } from '../load/crowd.ts';
import { within } from '../within.ts';
import { type Tally, tally } from './tally.ts';

const LOOK_MS = 250;
/** Placeholders are deleted just after their answers. */
const DELETED_WITHIN_MS = 10_000;

/** Waits until every photo of a crowd is answered, for at most `limitMs`, and counts the answers. */
export async function whenAnswered(crowd: Crowd, limitMs: number): Promise<Tally> {
  let counted: Tally | undefined;
  const isAnswered = async () => {
    counted = tally(await crowd.fates());
    return counted.unanswered === 0;
  };
  await within(limitMs, isAnswered, LOOK_MS);
  await within(DELETED_WITHIN_MS, async () => (await isAnswered()) && counted!.stray === 0, LOOK_MS);
  return counted!;
}
