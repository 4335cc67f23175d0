import { z } from 'zod';
import { problemOf } from './redis-url.ts';
import type { Secret } from './shown-as.ts';

/** Variables that several services read, each described once. A service puts those it needs into its own schema. */

export const AMQP_URL = z
  .url({ protocol: /^amqps?$/, error: 'expected a URL like amqp://host:5672, with user:password@ before the host' })
  .meta({ description: 'RabbitMQ, with user and password', secret: 'in part' });

export const REDIS_URL = z
  .string()
  .check((given) => {
    const problem = problemOf(given.value);
    if (problem !== undefined) given.issues.push({ code: 'custom', message: problem, input: given.value });
  })
  .meta({
    description:
      'Redis, with password, such as `redis://:password@host:6379`; behind Sentinel `redis+sentinel://:password@host1:26379,host2:26379/mymaster`; with TLS `rediss`',
    secret: 'in part',
  });

const pem = (what: string, secret: Secret = 'no') =>
  z
    .string()
    .optional()
    .meta({ description: `${what} (PEM)`, secret });

/** Read by `tlsOf`. */
export const AMQP_TLS = {
  AMQP_CA: pem(
    'for an `amqps` URL, as `AMQP_CA_FILE`: certificates of the CA to trust in place of those that Node knows',
  ),
  AMQP_CERT: pem("as `AMQP_CERT_FILE`: the client's certificate, if RabbitMQ asks for one"),
  AMQP_KEY: pem('as `AMQP_KEY_FILE`: its private key, without a passphrase', 'whole'),
};
export const REDIS_TLS = {
  REDIS_CA: pem(
    'for a `rediss` URL, as `REDIS_CA_FILE`: certificates of the CA to trust in place of those that Node knows',
  ),
  REDIS_CERT: pem("as `REDIS_CERT_FILE`: the client's certificate, if Redis asks for one"),
  REDIS_KEY: pem('as `REDIS_KEY_FILE`: its private key, without a passphrase', 'whole'),
};

export const GRAYLOG_URL = z
  .url({ protocol: /^tcp$/, error: 'expected a URL like tcp://host:12201' })
  .optional()
  .describe('GELF TCP input of Graylog; logs go to stdout anyway');

export const PHOTO_STORE = z
  .enum(['volume', 'message'], { error: 'expected volume or message' })
  .describe('where photos wait: in a folder all services share, or inside the messages')
  .default('volume');

export const PHOTO_DIR = z
  .string()
  .describe('the shared folder of `PHOTO_STORE=volume`; only this suite may use it')
  .default('.data/photos');

export const LOG_LEVEL = z
  .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    error: 'expected trace, debug, info, warn, error, fatal or silent',
  })
  .describe('the least level that is logged')
  .default('info');

export const HEALTH_PORT = port()
  .default(0)
  .describe('port of `/healthz`, `/readyz` and, but for the autoscaler, `/metrics`; 0 takes a free one and logs it');

export const HEALTH_HOST = z
  .union([z.ipv4(), z.ipv6()], { error: 'expected an IP address like 127.0.0.1 or 0.0.0.0' })
  .default('127.0.0.1')
  .describe(
    'address `HEALTH_PORT` is served on; `0.0.0.0` lets a Prometheus on the same network in, which no other should reach',
  );

/** A TCP port. */
export function port() {
  return z.coerce.number('expected a port, 0 to 65535').int().min(0).max(65_535);
}
