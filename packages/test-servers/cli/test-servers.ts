import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installDebian13, type RedisKind, writeLaunchers } from '../src/debian13.ts';
import { runCommand } from '../src/run-process.ts';

/** Runs the tests that use RabbitMQ or Redis on today's servers. `pnpm test:servers --help` says more. */

const HELP = `Runs the tests of broker, bot and faults on the servers of Debian 13: RabbitMQ 4.0 with Redis 8.0, then with Valkey 8.1.

  pnpm test:servers                     the tests of packages/broker, services/bot and the faults
  pnpm test:servers FILE ...            these files or folders only
  pnpm test:servers --short             some of them, on RabbitMQ and Redis only; a minute
  pnpm test:servers --install           installs the servers only

The servers are installed into /opt/attrai-debian13 (SERVERS_DIR names another folder), once: 390 MB, a minute. Needs root on Debian
or Ubuntu. Nothing else of the machine changes.`;

const ALL = ['packages/broker', 'services/bot', 'packages/checks/test/faults.test.ts'];
const SHORT = [
  'packages/broker/test/connect-broker.test.ts',
  'services/bot/test/redis-request-book.test.ts',
  'services/bot/test/redis-job-queue.test.ts',
  'services/bot/test/real-servers.test.ts',
];

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(HELP);
} else {
  process.exitCode = await runAll();
}

async function runAll(): Promise<number> {
  const isShort = args.includes('--short');
  const named = args.filter((arg) => !arg.startsWith('--'));
  const tests = named.length > 0 ? named : isShort ? SHORT : ALL;
  const kinds: RedisKind[] = isShort ? ['redis'] : ['redis', 'valkey'];
  const root = process.env.SERVERS_DIR ?? '/opt/attrai-debian13';
  const launchers = await mkdtemp(join(tmpdir(), 'attrai-launchers-'));
  try {
    console.log(`Debian 13's servers, in ${root} ...`);
    await installDebian13(root);
    if (args.includes('--install')) return 0;
    for (const redis of kinds) {
      await writeLaunchers(root, launchers, redis);
      console.log(`\n${await versions(launchers)}`);
      const status = runTests(tests, launchers);
      if (status !== 0) return status;
    }
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await rm(launchers, { recursive: true, force: true });
  }
}

async function versions(launchers: string): Promise<string> {
  const rabbitmq = await runCommand(join(launchers, 'rabbitmqctl'), ['version'], { HOME: launchers });
  const redis = await runCommand(join(launchers, 'redis-server'), ['--version']);
  return `RabbitMQ ${rabbitmq.trim()} and ${redis.replace(/ server v=(\S+).*/s, ' $1')}:`;
}

function runTests(tests: string[], launchers: string): number {
  const env = {
    ...process.env,
    TEST_SERVERS_BIN: launchers,
    TMPDIR: '/tmp',
    PATH: launchers + delimiter + process.env.PATH,
  };
  for (const name of ['AMQP_URL', 'REDIS_URL']) delete (env as NodeJS.ProcessEnv)[name];
  return spawnSync('vitest', ['run', ...tests], { stdio: 'inherit', env }).status ?? 1;
}
