import type { Tally } from '../harness/answers/tally.ts';
import { whenAnswered } from '../harness/answers/when-answered.ts';
import type { Crowd } from '../harness/load/crowd.ts';
import type { Photos } from './photos.ts';
import type { Outcome } from './report.ts';

const PHOTOS_A_SECOND = 2;
const PHOTOS_AT_ONCE = 10;
const PATIENCE_MS = 180_000;

/**
 * Users send photos during `action`. Waits for the answers and judges them. With `mayRefuse`, users may be asked to send a
 * photo again.
 */
export async function underLoad(
  photos: Photos,
  action: () => Promise<void>,
  { mayRefuse = false } = {},
): Promise<Outcome> {
  const start = Date.now();
  const crowds: Crowd[] = [];
  let over = false;
  const sending = (async () => {
    do crowds.push(await photos.send(PHOTOS_AT_ONCE, PHOTOS_A_SECOND));
    while (!over);
  })();
  try {
    await action();
  } finally {
    over = true;
    await sending;
  }
  const seconds = Math.round((Date.now() - start) / 1000);
  const tallies = await Promise.all(crowds.map((crowd) => whenAnswered(crowd, PATIENCE_MS)));
  return judge(tallies, `in ${seconds} s`, { mayRefuse });
}

/** Passes if every photo got exactly one answer, and no apology. */
export function judge(tallies: Tally[], more: string, { mayRefuse = false } = {}): Outcome {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const sent = sum((tally) => tally.sent);
  const [once, lost, twice] = [sum((t) => t.once), sum((t) => t.unanswered), sum((t) => t.twice)];
  const [refused, sorry, stray] = [sum((t) => t.refused), sum((t) => t.sorry), sum((t) => t.stray)];
  const broken = tallies.flatMap((tally) => tally.broken).slice(0, 5);
  return {
    passed: sent > 0 && once + (mayRefuse ? refused : 0) === sent && sorry === 0,
    figures: [
      `${sent} photos ${more}: ${once} answered once, ${lost} lost, ${twice} twice`,
      `${refused} refused, ${sorry} with an apology, ${stray} stray messages`,
      ...broken,
    ].join('; '),
  };
}
