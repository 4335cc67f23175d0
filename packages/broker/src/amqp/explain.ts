import { tlsAdvice } from '@attrai/config/tls-advice';
import type { Problem } from './problems.ts';

/** What RabbitMQ or the system says, and what it means. The first that matches counts. */
const MEANINGS: [said: RegExp, advice: string][] = [
  [
    /inequivalent arg/i,
    'RabbitMQ has a queue with other settings than this version needs: let it run empty, then delete it ' +
      '(rabbitmqctl delete_queue); it is declared again within seconds',
  ],
  [
    /access to (queue|exchange|topic)/i,
    'the user of AMQP_URL lacks a right: give it those of deploy/rabbitmq/definitions.json.tmpl ' +
      '(rabbitmqctl set_permissions); if it may not declare queues, start the bot first',
  ],
  [
    // amqplib doesn't hand on what RabbitMQ says when it refuses to open a vhost.
    /Expected ConnectionOpenOk; got <ConnectionClose/,
    "RabbitMQ refuses the user this vhost, or has none of that name: check AMQP_URL's path, or make it " +
      '(rabbitmqctl add_vhost, set_permissions)',
  ],
  [/ACCESS[-_]REFUSED/i, 'RabbitMQ refuses the user or password: check AMQP_URL'],
];

/** @param otherwise the advice for an error that is not known */
export function explain(error: unknown, otherwise: string): Problem {
  const advice = tlsAdvice('AMQP', error);
  if (advice !== undefined)
    return {
      advice: `no secure connection to RabbitMQ: ${advice}`,
      words: String((error as NodeJS.ErrnoException).code),
    };
  const words = wordsOf(error);
  const meaning = MEANINGS.find(([said]) => said.test(words));
  return { advice: meaning?.[1] ?? otherwise, words };
}

/** RabbitMQ's own words where amqplib quotes them. They may name the user, who is part of the credentials. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node tries all addresses of a host, and an AggregateError has no message of its own.
  const { message } = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const quoted = /with message "(.*)"/s.exec(message)?.[1] ?? message;
  return quoted.replace(/ (for|by) user '[^']*'/g, '');
}
