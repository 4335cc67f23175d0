import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '@attrai/test-servers/tcp-proxy';
import type { Suite } from '../../harness/suite/suite.ts';
import type { Fault } from './fault.ts';

type ProxiesOf = (suite: Suite) => TcpProxy[];

function cut(between: string, proxiesOf: ProxiesOf): Fault {
  return {
    name: `connections are cut between ${between}`,
    async strike({ suite }) {
      for (const proxy of proxiesOf(suite)) proxy.cut();
    },
  };
}

/** Half-open connections: nothing passes, neither side notices, and data in flight is lost. Takes two outages. */
function stalled(between: string, proxiesOf: ProxiesOf): Fault {
  return {
    name: `connections hang between ${between}`,
    async strike({ suite, outageMs }) {
      const proxies = proxiesOf(suite);
      for (const proxy of proxies) proxy.stall();
      await sleep(2 * outageMs);
      for (const proxy of proxies) proxy.cut();
      for (const proxy of proxies) proxy.resume();
    },
  };
}

const places: [string, ProxiesOf][] = [
  ['bot and RabbitMQ', ({ proxies }) => [proxies.botToRabbitmq]],
  ['estimators and RabbitMQ', ({ proxies }) => proxies.estimatorsToRabbitmq],
  ['bot and Redis', ({ proxies }) => [proxies.botToRedis]],
];

export const connectionFaults: Fault[] = places.flatMap(([between, proxiesOf]) => [
  cut(between, proxiesOf),
  stalled(between, proxiesOf),
]);
