import type { Logger } from '../logger.ts';

const SAY_EVERY_MS = 60_000;

/** Logs why there is no connection: when the reason changes, and once a minute. One for all connections to a server. */
export class Unreachable {
  #logger: Logger;
  #said: string | undefined;
  #saidAt = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  failed(error: unknown): void {
    const reason = reasonOf(error);
    if (reason === this.#said && performance.now() - this.#saidAt < SAY_EVERY_MS) return;
    this.#said = reason;
    this.#saidAt = performance.now();
    this.#logger.warn({ err: error }, reason);
  }

  connected(): void {
    this.#said = undefined;
  }
}

/** A refused login is retried too, since passwords are rotated. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/vhost/i.test(message)) {
    return "RabbitMQ refuses the user this vhost, or has none of that name: check AMQP_URL's path";
  }
  if (/ACCESS[-_]REFUSED/i.test(message)) {
    return 'RabbitMQ refuses the user or password: check AMQP_URL. Trying again until it takes them';
  }
  return 'can not connect to RabbitMQ (AMQP_URL): waiting for it';
}
