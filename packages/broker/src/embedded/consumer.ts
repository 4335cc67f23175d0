import { MAX_DELIVERIES, TO_ESTIMATE } from '@attrai/contracts/queues';
import type { Consumer } from '../broker.ts';
import { type Fates, type WorkContext, workOn } from '../work-on.ts';
import type { EmbeddedQueue, Letter, Taker } from './queue.ts';

/** Takes the letters of one queue, and one more than `prefetch` when a handler is ready for the next. */
export class EmbeddedConsumer implements Consumer, Taker {
  #queue: EmbeddedQueue;
  #prefetch: number;
  #context: WorkContext;
  #stopping = new AbortController();
  #inFlight = new Set<Promise<void>>();
  /** Those in flight whose handler is ready for the next. */
  #ready = new Set<Letter>();

  constructor(queue: EmbeddedQueue, prefetch: number, context: Omit<WorkContext, 'stopping'>) {
    this.#queue = queue;
    this.#prefetch = prefetch;
    this.#context = { ...context, stopping: this.#stopping.signal };
    queue.attach(this);
  }

  get attached(): boolean {
    return !this.#stopping.signal.aborted;
  }

  async stop(): Promise<void> {
    this.#detach();
    await Promise.all(this.#inFlight);
  }

  hasRoom(): boolean {
    return this.#inFlight.size < this.#prefetch + Math.min(this.#ready.size, 1);
  }

  take(letter: Letter): void {
    const { wire, failures, diedIn, expired, refused } = letter;
    let isDone = false;
    const readyForNext = () => {
      if (!isDone) this.#ready.add(letter);
      this.#queue.deliver();
    };
    const incoming = { queue: this.#queue.name, wire, attempt: failures + 1, diedIn, expired, refused, readyForNext };
    const work = workOn(incoming, this.#fatesOf(letter), this.#context).finally(() => {
      isDone = true;
      this.#inFlight.delete(work);
      this.#ready.delete(letter);
      this.#queue.deliver();
    });
    this.#inFlight.add(work);
  }

  #fatesOf(letter: Letter): Fates {
    const queue = this.#queue;
    return {
      done() {},
      retry() {
        const { wire, expiresAt } = letter;
        const failures = letter.failures + 1;
        const wasLast = queue.name === TO_ESTIMATE && failures >= MAX_DELIVERIES;
        const isOver = expiresAt !== undefined && expiresAt <= Date.now();
        if (wasLast || isOver) queue.bury(letter, { expired: !wasLast });
        else queue.requeue({ wire, failures, expiresAt });
      },
      dead: () => queue.bury(letter, { refused: true }),
      handBack: async () => {
        this.#detach();
        queue.requeue(letter);
      },
    };
  }

  #detach(): void {
    this.#stopping.abort();
    this.#queue.detach(this);
  }
}
