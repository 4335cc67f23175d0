import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@attrai/test-servers/server';
import type { Suite } from '../../harness/suite/suite.ts';
import type { Fault } from './fault.ts';

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
];
