import type { QueueName } from '@attrai/contracts/queues';
import type { Wire } from '../wire-format.ts';

export interface Letter {
  wire: Wire;
  failures: number;
  /** Milliseconds since the epoch. */
  expiresAt?: number | undefined;
  expiry?: NodeJS.Timeout;
  /** Of a dead letter: see `Delivery`. */
  diedIn?: QueueName;
  expired?: boolean;
  refused?: boolean;
}

export interface Taker {
  hasRoom(): boolean;
  take(letter: Letter): void;
}

/** A queue in memory. */
export class EmbeddedQueue {
  readonly name: QueueName;
  #dead: EmbeddedQueue;
  #letters: Letter[] = [];
  #takers: Taker[] = [];

  /** @param dead where its dead letters go; itself if left out */
  constructor(name: QueueName, dead?: EmbeddedQueue) {
    this.name = name;
    this.#dead = dead ?? this;
  }

  get depth(): number {
    return this.#letters.length;
  }

  get consumers(): number {
    return this.#takers.length;
  }

  append(letter: Letter): void {
    this.#letters.push(letter);
    this.#admit(letter);
  }

  requeue(letter: Letter): void {
    this.#letters.unshift(letter);
    this.#admit(letter);
  }

  /** Moves a letter that is not in the queue to the dead letters. */
  bury({ wire }: Letter, cause: Pick<Letter, 'expired' | 'refused'>): void {
    this.#dead.append({ wire, failures: 0, diedIn: this.name, ...cause });
  }

  attach(taker: Taker): void {
    this.#takers.push(taker);
    this.deliver();
  }

  detach(taker: Taker): void {
    this.#takers = this.#takers.filter((other) => other !== taker);
  }

  /** In turns, so that consumers share the work. Later, so that no handler runs inside a call of somebody else. */
  deliver(): void {
    setImmediate(() => {
      while (this.#letters.length > 0) {
        const next = this.#takers.findIndex((taker) => taker.hasRoom());
        if (next < 0) return;
        const [taker] = this.#takers.splice(next, 1);
        this.#takers.push(taker!);
        const letter = this.#letters.shift()!;
        clearTimeout(letter.expiry);
        taker!.take(letter);
      }
    });
  }

  #admit(letter: Letter): void {
    const { expiresAt } = letter;
    if (expiresAt !== undefined) {
      letter.expiry = setTimeout(() => this.#expire(letter), expiresAt - Date.now()).unref();
    }
    this.deliver();
  }

  #expire(letter: Letter): void {
    this.#letters.splice(this.#letters.indexOf(letter), 1);
    this.bury(letter, { expired: true });
  }
}
