import type { Logger } from '../logger.ts';

const LINE_EVERY_MS = 60_000;

/** The places of the two connections. */
export const CONNECTION = { publish: 'connection to publish', consume: 'connection to consume' } as const;
const CONNECTIONS = Object.values(CONNECTION);

/** Why RabbitMQ can't be worked with. */
export interface Problem {
  /** What is wrong and what to do. The same for all problems of a kind. */
  advice: string;
  /** The server's or the system's own words. */
  words: string;
}

/** Problems of one broker, by the place where each was noticed. A kind of problem is a log line a minute while it lasts. */
export class Problems {
  #server: string;
  #logger: Logger;
  #current = new Map<string, string>();
  /** When a line was last logged, by advice. In milliseconds of performance.now(). */
  #saidAt = new Map<string, number>();

  /** @param url of the server, as for `connectBroker` */
  constructor(url: string, logger: Logger) {
    this.#server = withoutSecrets(url);
    this.#logger = logger;
  }

  /** A connection that can't be opened explains all else; if there is none, the problem noted first. */
  get first(): string | undefined {
    const connection = CONNECTIONS.find((place) => this.#current.has(place));
    return connection ? this.#current.get(connection) : this.#current.values().next().value;
  }

  /** Notes what is wrong at a place, in place of what was wrong there before. Call it again while it lasts. */
  note(place: string, { advice, words }: Problem): void {
    const problem = `${advice} (${this.#server}: ${words})`;
    this.#current.set(place, problem);
    const now = performance.now();
    if (now - (this.#saidAt.get(advice) ?? Number.NEGATIVE_INFINITY) < LINE_EVERY_MS) return;
    this.#saidAt.set(advice, now);
    this.#logger.warn({ server: this.#server, place }, problem);
  }

  /** Nothing is wrong there any more. */
  over(place: string): void {
    this.#current.delete(place);
  }
}

/** The URL without user and password. Its query can hold anything. */
function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
