import type { Tally } from '../harness/answers/tally.ts';
import type { Suite } from '../harness/suite/suite.ts';
import { within } from '../harness/within.ts';
import type { Left } from './row.ts';

/** RabbitMQ updates its figures every 5 s. */
const SETTLED_WITHIN_MS = 30_000;

/** Waits at most `limitMs` until every photo is answered and nothing is left over, and counts. */
export async function untilQuiet(
  suite: Suite,
  count: () => Promise<Tally>,
  limitMs: number,
  onProgress: (line: string) => void,
): Promise<{ counted: Tally; left: Left; inTime: boolean }> {
  const inTime = await within(limitMs, async () => {
    const { sent, unanswered } = await count();
    const left = await whatIsLeft(suite);
    onProgress(`${sent - unanswered} of ${sent} answered; left: ${describe(left)}`);
    return unanswered === 0 && Object.values(left).every((amount) => amount === 0);
  });
  let messages = 0;
  const noMessages = async () => {
    messages = await suite.queues.all();
    return messages === 0;
  };
  await within(SETTLED_WITHIN_MS, noMessages, 1_000);
  return { counted: await count(), left: { ...(await whatIsLeft(suite)), messages }, inTime };
}

/** Counts only messages that wait: counting all takes seconds. */
async function whatIsLeft({ files, bookkeeping, queues }: Suite): Promise<Left> {
  const { length } = await files.ofPhotos();
  return { files: length, ...(await bookkeeping.count()), messages: await queues.waiting() };
}

function describe(left: Left): string {
  return Object.entries(left)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
