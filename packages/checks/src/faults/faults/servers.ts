import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@attrai/test-servers/server';
import type { Suite } from '../../harness/suite/suite.ts';
import { within } from '../../harness/within.ts';
import type { Fault } from './fault.ts';

const NAMED_WITHIN_MS = 15_000;

function gone(what: string, serverOf: (suite: Suite) => Server, end: 'stop' | 'kill'): Fault {
  return {
    name: `${what} is ${end === 'stop' ? 'stopped' : 'killed'} and comes back`,
    async strike({ suite, outageMs }) {
      const server = serverOf(suite);
      await server[end]();
      await sleep(outageMs);
      await server.start();
    },
  };
}

const rabbitmq = (suite: Suite) => suite.rabbitmq;
const redis = (suite: Suite) => suite.redis;

/** Redis answers as ever, but takes no writes, which the bot's /readyz must name in time. */
function refusing(what: string, named: RegExp, begin: string[], end: string[]): Fault {
  let wasNamed = false;
  return {
    name: `Redis ${what}`,
    async strike({ suite, outageMs }) {
      await suite.redis.run('redis-cli', ...begin);
      wasNamed = await within(NAMED_WITHIN_MS, async () => named.test(await suite.bot.readiness()));
      await sleep(outageMs);
      await suite.redis.run('redis-cli', ...end);
    },
    check: async () => (wasNamed ? [] : ['/readyz did not name it within 15 s']),
    async restore({ redis }) {
      await redis.run('redis-cli', ...end);
    },
  };
}

export const serverFaults: Fault[] = [
  gone('RabbitMQ', rabbitmq, 'stop'),
  gone('RabbitMQ', rabbitmq, 'kill'),
  gone('Redis', redis, 'stop'),
  gone('Redis', redis, 'kill'),
  {
    // Redis accepts commands without an answer. Afterwards it executes all of them, also if the client has given up.
    name: 'Redis hangs',
    async strike({ suite, outageMs }) {
      await suite.redis.run('redis-cli', 'CLIENT', 'PAUSE', String(outageMs), 'ALL');
      await sleep(outageMs);
    },
  },
  refusing('is full', /Redis is full/, ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']),
  refusing(
    'is read-only (a replica)',
    /leads to a replica/,
    ['REPLICAOF', '127.0.0.1', '1'],
    ['REPLICAOF', 'NO', 'ONE'],
  ),
];
