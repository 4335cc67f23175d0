import type { Logger } from '../logger.ts';

/** Says why there is no connection: when that changes, and once a minute. One for all connections to a server. */
export interface Unreachable {
  failed(error: unknown): void;
  connected(): void;
}

const SAY_EVERY_MS = 60_000;

export function createUnreachable(logger: Logger): Unreachable {
  let said: string | undefined;
  let saidAt = 0;

  return {
    failed(error) {
      const why = whyOf(error);
      if (why === said && performance.now() - saidAt < SAY_EVERY_MS) return;
      said = why;
      saidAt = performance.now();
      logger.warn({ err: error }, why);
    },
    connected() {
      said = undefined;
    },
  };
}

/** A refused login may become right without us: passwords are rotated. */
function whyOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/ACCESS[-_]REFUSED/i.test(message) && !/vhost/i.test(message)) {
    return 'RabbitMQ refuses the user or password: check AMQP_URL. Trying again until it takes them';
  }
  if (/vhost/i.test(message))
    return "RabbitMQ refuses the user this vhost, or has none of that name: check AMQP_URL's path";
  return 'can not connect to RabbitMQ (AMQP_URL): waiting for it';
}
