import { gradeOf } from '@attrai/contracts/errors';

/** A picture that was left out, and why. */
export interface Skipped {
  file: string;
  reason: Reason;
}

export type Reason = 'no rating' | 'file missing' | 'unreadable' | 'no face found' | 'looks under 18: not scored';

/** Reads something from each picture, one after another. @param read gives what it found, or the reason why it leaves the picture out */
export async function readEach<Item extends { file: string }, Found extends object>(
  items: readonly Item[],
  read: (item: Item) => Promise<Found | Reason>,
  onProgress: (done: number) => void,
): Promise<{ found: Found[]; skipped: Skipped[] }> {
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  for (const [i, item] of items.entries()) {
    const result = await read(item);
    if (typeof result === 'string') skipped.push({ file: item.file, reason: result });
    else found.push(result);
    onProgress(i + 1);
  }
  return { found, skipped };
}

/** What a step of the pipeline gives for a photo, or 'unreadable' if it refuses the photo for good. */
export async function orUnreadable<T>(step: Promise<T>): Promise<T | 'unreadable'> {
  return step.catch((error: unknown) => {
    if (gradeOf(error) === 'final') return 'unreadable';
    throw error;
  });
}

/** For example "3 × no face found, 1 × file missing". */
export function countReasons(skipped: readonly Skipped[]): string {
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  return [...byReason].map(([reason, list]) => `${list.length} × ${reason}`).join(', ');
}

/** For example "2 (2 × no face found)". */
export function leftOut(skipped: readonly Skipped[]): string {
  return skipped.length === 0 ? '0' : `${skipped.length} (${countReasons(skipped)})`;
}
