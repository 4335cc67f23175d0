import { RetryableError } from '@attrai/contracts/errors';
import { MAX_DELIVERIES, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { Broker, Consumer, Handler } from './broker.ts';
import { type Logger, silentLogger } from './logger.ts';
import { TIMING, type Timing } from './timing.ts';
import { encode, type Wire } from './wire-format.ts';
import { type Fates, workOn } from './work-on.ts';

export interface EmbeddedBrokerOptions {
  logger?: Logger;
  /** Told once, when a handler threw a fatal error. */
  onFatal?: (error: unknown) => void;
  timing?: Pick<Timing, 'retry'>;
}

interface Letter {
  wire: Wire;
  failures: number;
  diedIn?: QueueName;
  /** Of a dead letter: its time was over. */
  expired?: boolean;
  /** Of a dead letter: it was rejected for good. */
  refused?: boolean;
  /** Milliseconds since the epoch. */
  expiresAt?: number | undefined;
  expiry?: NodeJS.Timeout;
}

interface Taker {
  hasRoom(): boolean;
  take(letter: Letter): void;
}

interface Queue {
  letters: Letter[];
  takers: Taker[];
}

/** A broker inside this process, with the semantics of the real one; what waits in it is lost with the process. */
export function createEmbeddedBroker(options: EmbeddedBrokerOptions = {}): Broker {
  const { logger = silentLogger, timing = TIMING } = options;
  const queues = new Map<QueueName, Queue>();
  const consumers: Consumer[] = [];
  let closed = false;
  let fatal = false;

  function queueOf(name: QueueName): Queue {
    const known = queues.get(name);
    if (known) return known;
    const queue: Queue = { letters: [], takers: [] };
    queues.set(name, queue);
    return queue;
  }

  function onFatal(error: unknown): void {
    if (!fatal) options.onFatal?.(error);
    fatal = true;
  }

  /** In turns, so that consumers share the work. Later, so that nobody's handler runs inside somebody's call. */
  function deliver(queue: Queue): void {
    setImmediate(() => {
      while (queue.letters.length > 0) {
        const next = queue.takers.findIndex((taker) => taker.hasRoom());
        if (next < 0) return;
        const [taker] = queue.takers.splice(next, 1);
        queue.takers.push(taker!);
        taker!.take(queue.letters.shift()!);
      }
    });
  }

  function put(name: QueueName, letter: Letter, where: 'first' | 'last'): void {
    const { expiresAt } = letter;
    const queue = queueOf(name);
    if (where === 'first') queue.letters.unshift(letter);
    else queue.letters.push(letter);
    if (expiresAt !== undefined) {
      letter.expiry = setTimeout(() => expire(queue, name, letter), expiresAt - Date.now()).unref();
    }
    deliver(queue);
  }

  function expire(queue: Queue, name: QueueName, letter: Letter): void {
    queue.letters.splice(queue.letters.indexOf(letter), 1);
    bury(name, letter, { expired: true });
  }

  function bury(name: QueueName, { wire }: Letter, cause: Pick<Letter, 'expired' | 'refused'>): void {
    put(TO_ESTIMATE_DEAD, { wire, failures: 0, diedIn: name, ...cause }, 'last');
  }

  function consume(name: QueueName, prefetch: number, handler: Handler): Consumer {
    const queue = queueOf(name);
    const stopping = new AbortController();
    const inHand = new Set<Promise<void>>();
    /** Of those in hand. */
    const ready = new Set<Letter>();
    const context = { handler, timing, logger, onFatal, stopping: stopping.signal };

    const taker: Taker = {
      hasRoom: () => inHand.size < prefetch + Math.min(ready.size, 1),
      take(letter) {
        const { wire, failures, diedIn, expired, refused, expiry } = letter;
        clearTimeout(expiry);
        let isDone = false;
        const readyForNext = () => {
          if (!isDone) ready.add(letter);
          deliver(queue);
        };
        const incoming = { queue: name, wire, attempt: failures + 1, diedIn, expired, refused, readyForNext };
        const work = workOn(incoming, fatesOf(letter), context).finally(() => {
          isDone = true;
          inHand.delete(work);
          ready.delete(letter);
          deliver(queue);
        });
        inHand.add(work);
      },
    };

    function fatesOf(letter: Letter): Fates {
      return {
        done() {},
        retry() {
          const { wire, expiresAt } = letter;
          const failures = letter.failures + 1;
          const wasLast = name === TO_ESTIMATE && failures >= MAX_DELIVERIES;
          const isOver = expiresAt !== undefined && expiresAt <= Date.now();
          if (wasLast || isOver) bury(name, letter, { expired: !wasLast });
          else put(name, { wire, failures, expiresAt }, 'first');
        },
        dead: () => bury(name, letter, { refused: true }),
        async handBack() {
          detach();
          put(name, letter, 'first');
        },
      };
    }

    function detach(): void {
      stopping.abort();
      queue.takers = queue.takers.filter((other) => other !== taker);
    }

    queue.takers.push(taker);
    deliver(queue);
    return {
      get attached() {
        return !stopping.signal.aborted;
      },
      async stop() {
        detach();
        await Promise.all(inHand);
      },
    };
  }

  return {
    get connected() {
      return !closed;
    },
    async publish(name, message, expiresAt) {
      const wire = encode(message);
      if (closed) throw new RetryableError('broker_closed', 'The broker is closed');
      put(name, { wire, failures: 0, expiresAt }, 'last');
    },
    async consume(name, prefetch, handler) {
      if (closed) throw new RetryableError('broker_closed', 'The broker is closed');
      const consumer = consume(name, prefetch, handler);
      consumers.push(consumer);
      return consumer;
    },
    async depth(name) {
      return queueOf(name).letters.length;
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      closed = true;
    },
  };
}
