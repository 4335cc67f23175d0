import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PARKED_PREFIX } from '@attrai/bot/replies/parked';
import { VOLUME_MARK } from '@attrai/photo-store/volume-mark';
import { freePort } from '@attrai/test-servers/free-port';
import { startGuard } from '@attrai/test-servers/guard';
import { type RabbitmqServer, startRabbitmq } from '@attrai/test-servers/rabbitmq';
import { startRedis } from '@attrai/test-servers/redis';
import type { Server } from '@attrai/test-servers/server';
import { startTcpProxy, type TcpProxy } from '@attrai/test-servers/tcp-proxy';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { LIMITS } from '../limits.ts';
import { type Bookkeeping, watchBookkeeping } from './bookkeeping.ts';
import { type Queues, watchQueues } from './queues.ts';
import { connectSandbox, type SandboxClient } from './sandbox-client.ts';
import { type Form, type ServiceProcess, startServiceProcess } from './service-process.ts';

export interface Suite {
  /** Takes what must be undone at the end, however that comes. */
  opened: AsyncDisposableStack;
  rabbitmq: RabbitmqServer;
  redis: Server;
  bot: ServiceProcess;
  estimators: ServiceProcess[];
  sandbox: SandboxClient;
  sandboxProcess: ServiceProcess;
  /** All of the above that is ours, and the sandbox. */
  processes: ServiceProcess[];
  /** Between the services and their servers. */
  proxies: { botToRabbitmq: TcpProxy; botToRedis: TcpProxy; estimatorsToRabbitmq: TcpProxy[] };
  queues: Queues;
  bookkeeping: Bookkeeping;
  photoDir: string;
  /** Names of the files in the photo store and in the bot's inbox, without those parked there for the operator. */
  files(): Promise<string[]>;
  /** Names of the files parked for the operator. */
  parked(): Promise<string[]>;
  untilReady(): Promise<void>;
  /** Throws away whatever is left, so that the next fault starts from nothing. */
  clear(): Promise<void>;
}

export interface SuiteOptions {
  /** Keeps the logs of the services there. */
  logDir?: string | undefined;
  /** How many; default 2. */
  estimators?: number;
  /** The services reach their servers past the proxies, which take time of their own. */
  direct?: boolean;
  /** How the bot and the estimators are run, besides the usual. */
  bot?: Pick<Partial<Form>, 'env' | 'preload'>;
  estimator?: Pick<Partial<Form>, 'env' | 'preload'>;
}

/**
 * As in the images; the old part of the heap is what V8 takes at the most in containers of 384 MB (the bot's in
 * docker-stack.yml): half of their memory. Without a limit it collects garbage as late as a large machine allows.
 */
export const AS_IN_CONTAINERS = {
  NODE_ENV: 'production',
  MALLOC_ARENA_MAX: '2',
  NODE_OPTIONS: '--max-semi-space-size=2 --max-old-space-size=192',
};
const root = (path: string) => fileURLToPath(new URL(`../../../../../${path}`, import.meta.url));

/** Starts everything; `opened` takes what must be closed, as it is opened. */
export async function startSuite(opened: AsyncDisposableStack, options: SuiteOptions = {}): Promise<Suite> {
  const guard = await startGuard();
  opened.defer(() => guard.release());
  const [photoDir, inboxDir, logs] = ['photos', 'inbox', 'logs'].map((name) => join(guard.folder, name)) as [
    string,
    string,
    string,
  ];
  const logFolder = options.logDir ?? logs;
  for (const folder of [photoDir, inboxDir, logFolder]) await mkdir(folder, { recursive: true });
  const service = async (name: string, path: string, env: Record<string, string>, form: Partial<Form> = {}) => {
    const logFile = join(logFolder, `${name}.log`);
    const port = await freePort();
    if (opened.disposed) throw new Error('Stopped while it was starting');
    const started = startServiceProcess({
      name,
      ...form,
      entry: root(path),
      env: { ...AS_IN_CONTAINERS, ...env, ...form.env },
      port,
      logFile,
      guard,
    });
    opened.defer(() => started.stop());
    return started;
  };

  const [rabbitmq, redis] = await Promise.all([
    startRabbitmq().then((server) => opened.use(server)),
    startRedis().then((server) => opened.use(server)),
  ]);
  const proxyTo = async (url: string) => {
    const proxy = await startTcpProxy(Number(new URL(url).port));
    opened.defer(() => proxy.close());
    return proxy;
  };
  const botToRabbitmq = await proxyTo(rabbitmq.url);
  const botToRedis = await proxyTo(redis.url);
  const through = (proxy: TcpProxy, url: string) =>
    options.direct ? url : Object.assign(new URL(url), { port: String(proxy.port) }).href;

  const token = `1000001:${randomBytes(26).toString('base64url')}`;
  const sandboxPort = await freePort();
  const sandbox = await service('sandbox', 'services/sandbox/src/main.ts', {
    PORT: String(sandboxPort),
    BOT_TOKEN: token,
  });
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;

  const botEnv = {
    BOT_TOKEN: token,
    TELEGRAM_API_ROOT: sandboxUrl,
    AMQP_URL: through(botToRabbitmq, rabbitmq.url),
    REDIS_URL: through(botToRedis, redis.url),
    PHOTO_DIR: photoDir,
    INBOX_DIR: inboxDir,
    // As in its image: its compiled code is kept from its first end on.
    NODE_COMPILE_CACHE: join(guard.folder, 'compiled'),
    ...LIMITS,
  };
  const bot = await service('bot', 'services/bot/src/main.ts', botEnv, options.bot);
  const estimatorsToRabbitmq: TcpProxy[] = [];
  const estimators: ServiceProcess[] = [];
  for (let number = 1; number <= (options.estimators ?? 2); number++) {
    const proxy = await proxyTo(rabbitmq.url);
    estimatorsToRabbitmq.push(proxy);
    const env = { AMQP_URL: through(proxy, rabbitmq.url), PHOTO_DIR: photoDir, MODELS_DIR: root('.models') };
    estimators.push(await service(`estimator-${number}`, 'services/estimator/src/main.ts', env, options.estimator));
  }

  const queues = watchQueues(rabbitmq);
  const bookkeeping = watchBookkeeping(redis.url);
  opened.defer(() => bookkeeping.close());
  const services = [bot, ...estimators];
  const filesIn = async (folder: string) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && entry.name !== VOLUME_MARK);
    return files.map(({ parentPath, name }) => join(parentPath, name));
  };

  const suite: Suite = {
    opened,
    rabbitmq,
    redis,
    bot,
    estimators,
    sandbox: connectSandbox(sandboxUrl),
    sandboxProcess: sandbox,
    processes: [...services, sandbox],
    proxies: { botToRabbitmq, botToRedis, estimatorsToRabbitmq },
    queues,
    bookkeeping,
    photoDir,
    async files() {
      const parked = await suite.parked();
      return [...(await filesIn(photoDir)), ...(await filesIn(inboxDir))].filter((file) => !parked.includes(file));
    },
    async parked() {
      return (await filesIn(inboxDir)).filter((file) => file.includes(`/${PARKED_PREFIX}`));
    },
    async untilReady() {
      await Promise.all(services.map((one) => one.untilReady()));
    },
    async clear() {
      await Promise.all(services.map((one) => one.pause()));
      await queues.purge();
      await bookkeeping.clear();
      for (const file of [...(await suite.files()), ...(await suite.parked())]) await rm(file, { force: true });
      await Promise.all(services.map((one) => one.changeTo()));
      await suite.untilReady();
    },
  };
  await waitUntil('the sandbox does not answer', () =>
    fetch(sandboxUrl).then(
      () => true,
      () => false,
    ),
  );
  await suite.untilReady();
  return suite;
}
