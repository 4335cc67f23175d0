/** What fetches: a job, as the work on it, or undefined if there is none. */
export type Fetch = () => Promise<(() => Promise<void>) | undefined>;

export interface Fetching {
  /** There is one job more to fetch. */
  more(): void;
  /** There will be one job more, in so many ms. */
  moreIn(ms: number): void;
  /** Fetches no further job and waits for those in hand. */
  finish(): Promise<void>;
  /** The same without waiting. */
  stop(): void;
}

/** So often it asks for jobs nobody told it of: of a process that died, or of another one. */
const LOOK_EVERY_MS = 1_000;
/** A job is due by the clock, a timer may be a little early. */
const TIMER_MARGIN_MS = 2;

/**
 * Keeps up to `concurrency` jobs in hand. It asks once for each job it was told of, and each second, until there is none,
 * for others. (BullMQ's own loop asks after each job whether there is one more, and waits at the queue: five questions a job.)
 *
 * @param onError is told what `fetch` or the work threw
 */
export function startFetching(concurrency: number, fetch: Fetch, onError: (error: unknown) => void): Fetching {
  const inHand = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let toldOf = 0;
  let others: 'none' | 'perhaps' | 'asking' = 'perhaps';
  let stopped = false;

  function fill(): void {
    while (!stopped && inHand.size < concurrency && (toldOf > 0 || others === 'perhaps')) {
      const running = (toldOf > 0 ? fetchOne() : fetchOther()).catch(onError).finally(() => {
        inHand.delete(running);
        fill();
      });
      inHand.add(running);
    }
  }

  async function fetchOne(): Promise<void> {
    toldOf -= 1;
    const work = await fetch();
    await work?.();
  }

  async function fetchOther(): Promise<void> {
    others = 'asking';
    const work = await fetch().finally(() => {
      others = 'none';
    });
    if (!work) return;
    others = 'perhaps';
    fill();
    await work();
  }

  function more(): void {
    toldOf += 1;
    fill();
  }

  const looking = setInterval(() => {
    if (others === 'none') others = 'perhaps';
    fill();
  }, LOOK_EVERY_MS);
  fill();

  function stop(): void {
    stopped = true;
    clearInterval(looking);
    for (const timer of timers) clearTimeout(timer);
  }

  return {
    more,
    moreIn(ms) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        more();
      }, ms + TIMER_MARGIN_MS);
      timers.add(timer);
    },
    stop,
    async finish() {
      stop();
      await Promise.all(inHand);
    },
  };
}
