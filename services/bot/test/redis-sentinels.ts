import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@attrai/test-servers/free-port';
import { startGuard } from '@attrai/test-servers/guard';
import { serverProcess, succeeds } from '@attrai/test-servers/run-process';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { Redis } from 'ioredis';

/** Of Redis and of the sentinels. */
export const PASSWORD = 'p@ss/word';
export const SENTINEL_PASSWORD = 'watch%man';

export interface SentinelSet {
  /** As REDIS_URL. */
  readonly url: string;
  /** One of the sentinels, as if it were Redis. */
  readonly sentinelUrl: string;
  /** A connection to the primary of now, past the bot's. */
  operator: Redis;
  /** Resolves when the replica has all that was written until now. */
  replicated(): Promise<void>;
  /** Ends the primary without a word. */
  killPrimary(): Promise<void>;
  /** Starts again what was killed; sentinels make it a replica. */
  startKilled(): Promise<void>;
  /** Has the sentinels make the replica the primary, in an orderly way. */
  failover(): Promise<void>;
}

/** Why it can't be had on this machine, if so. */
export async function noSentinels(): Promise<string | undefined> {
  return (await succeeds('redis-server', '--version')) ? undefined : 'there is no redis-server on this machine';
}

/** A primary, a replica and three sentinels, two of which must agree. A primary that is silent for a second is given up. */
export async function startSentinels(opened: AsyncDisposableStack): Promise<SentinelSet> {
  const guard = await startGuard();
  opened.defer(() => guard.release());
  const settings = ['--requirepass', PASSWORD, '--masterauth', PASSWORD, '--repl-diskless-sync-delay', '0'];

  async function serve(name: string, config: string[], args: string[], login: { password: string }) {
    const port = await freePort();
    const file = join(guard.folder, `${name}.conf`);
    await writeFile(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${guard.folder}`, ...config, ''].join('\n'));
    const client = () => new Redis({ port, ...login, lazyConnect: true, retryStrategy: () => null });
    const answers = async () => {
      const asking = client();
      asking.on('error', () => {});
      const answer = await asking.ping().catch(() => undefined);
      asking.disconnect();
      return answer === 'PONG';
    };
    const running = serverProcess({ name, command: 'redis-server', args: [file, ...args], guard, answers });
    await running.start();
    return { ...running, port };
  }

  const files = (name: string) => ['--appendonly', 'yes', '--appenddirname', name, '--dbfilename', `${name}.rdb`];
  const one = await serve('one', [], [...files('one'), ...settings], { password: PASSWORD });
  const replicaOf = ['--replicaof', '127.0.0.1', String(one.port)];
  const two = await serve('two', [], [...files('two'), ...settings, ...replicaOf], { password: PASSWORD });
  const watch = [
    `requirepass "${SENTINEL_PASSWORD}"`,
    `sentinel monitor mymaster 127.0.0.1 ${one.port} 2`,
    `sentinel auth-pass mymaster ${PASSWORD}`,
    'sentinel down-after-milliseconds mymaster 1000',
    'sentinel failover-timeout mymaster 5000',
    `sentinel sentinel-pass ${SENTINEL_PASSWORD}`,
  ];
  const ports: number[] = [];
  for (const name of ['sentinel-1', 'sentinel-2', 'sentinel-3']) {
    ports.push((await serve(name, watch, ['--sentinel'], { password: SENTINEL_PASSWORD })).port);
  }

  const sentinel = new Redis({ port: ports[0]!, password: SENTINEL_PASSWORD });
  const sentinels = ports.map((port) => ({ host: '127.0.0.1', port }));
  const operator = new Redis({
    sentinels,
    name: 'mymaster',
    password: PASSWORD,
    sentinelPassword: SENTINEL_PASSWORD,
    maxRetriesPerRequest: null,
  });
  for (const client of [sentinel, operator]) {
    client.on('error', () => {});
    opened.defer(() => client.disconnect());
  }
  const primaryPort = async () =>
    Number(((await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')) as string[])[1]);
  // Each finds the others, and the replica, within some seconds.
  await waitUntil('the sentinels did not agree', async () => {
    const about = await sentinel.info('sentinel');
    return /status=ok,address=\S+,slaves=1,sentinels=3/.test(about);
  });

  let killed: typeof one | undefined;
  return {
    url: `redis+sentinel://:${encodeURIComponent(PASSWORD)}@${ports
      .map((port) => `127.0.0.1:${port}`)
      .join(',')}/mymaster/3?sentinelPassword=${encodeURIComponent(SENTINEL_PASSWORD)}`,
    sentinelUrl: `redis://:${encodeURIComponent(SENTINEL_PASSWORD)}@127.0.0.1:${ports[0]}`,
    operator,
    async replicated() {
      await waitUntil('the replica lags behind', async () => Number(await operator.wait(1, 1_000)) === 1);
    },
    async killPrimary() {
      killed = (await primaryPort()) === one.port ? one : two;
      await killed.kill();
    },
    async startKilled() {
      await killed?.start();
    },
    async failover() {
      const before = await primaryPort();
      // The sentinels refuse, or give up, until they have seen that the replica is well.
      const isOver = async () => {
        if ((await primaryPort()) !== before) return true;
        await sentinel.call('SENTINEL', 'FAILOVER', 'mymaster').catch(() => {});
        return false;
      };
      await waitUntil('there was no failover', isOver, 60_000);
    },
  };
}
