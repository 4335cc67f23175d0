import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { modelsDir } from '@attrai/models/models-dir';
import { freePort } from '@attrai/test-servers/free-port';
import { type Guard, startGuard } from '@attrai/test-servers/guard';
import { startRabbitmq } from '@attrai/test-servers/rabbitmq';
import { startRedis } from '@attrai/test-servers/redis';
import { startTcpProxy, type TcpProxy } from '@attrai/test-servers/tcp-proxy';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { AS_IN_CONTAINERS } from '../as-in-containers.ts';
import { LIMITS } from '../limits.ts';
import { inRepository } from '../repository.ts';
import { Bookkeeping } from './bookkeeping.ts';
import { Queues } from './queues.ts';
import { SandboxClient } from './sandbox-client.ts';
import { type Form, ServiceProcess } from './service-process.ts';
import { StoredFiles } from './stored-files.ts';
import { type Suite, untilReady } from './suite.ts';

interface SuiteOptions {
  /** Folder for the logs of the services; without it they are deleted at the end. */
  logDir?: string | undefined;
  /** Default: 2. */
  estimators?: number;
  /** Connects services and servers without proxies, which take time. */
  direct?: boolean;
  /** Additions to how the bot and the estimators run. */
  bot?: Pick<Partial<Form>, 'env' | 'preload'>;
  estimator?: Pick<Partial<Form>, 'env' | 'preload'>;
}

interface Ground {
  opened: AsyncDisposableStack;
  guard: Guard;
  logDir: string;
}

/** Starts everything and waits until it is ready. Everything that must be closed is added to `opened` at once. */
export async function startSuite(opened: AsyncDisposableStack, options: SuiteOptions = {}): Promise<Suite> {
  const guard = await startGuard();
  opened.defer(() => guard.release());
  const files = await StoredFiles.in(guard.folder);
  const logDir = options.logDir ?? join(guard.folder, 'logs');
  await mkdir(logDir, { recursive: true });
  const ground = { opened, guard, logDir };

  const [rabbitmq, redis] = await Promise.all([
    startRabbitmq().then((server) => opened.use(server)),
    startRedis().then((server) => opened.use(server)),
  ]);
  const botToRabbitmq = await openProxy(opened, rabbitmq.url);
  const botToRedis = await openProxy(opened, redis.url);
  const through = (proxy: TcpProxy, url: string) =>
    options.direct ? url : Object.assign(new URL(url), { port: String(proxy.port) }).href;

  const token = `1000001:${randomBytes(26).toString('base64url')}`;
  const sandboxPort = await freePort();
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const sandboxEnv = { PORT: String(sandboxPort), BOT_TOKEN: token };
  const sandboxProcess = await startService(ground, 'sandbox', 'services/sandbox/src/main.ts', { env: sandboxEnv });

  const botEnv = {
    BOT_TOKEN: token,
    TELEGRAM_API_ROOT: sandboxUrl,
    AMQP_URL: through(botToRabbitmq, rabbitmq.url),
    REDIS_URL: through(botToRedis, redis.url),
    PHOTO_DIR: files.photoDir,
    INBOX_DIR: files.inboxDir,
    // As in its image. The bot writes its compiled code when it ends.
    NODE_COMPILE_CACHE: join(guard.folder, 'compiled'),
    ...LIMITS,
  };
  const botForm = { ...options.bot, env: { ...botEnv, ...options.bot?.env } };
  const bot = await startService(ground, 'bot', 'services/bot/src/main.ts', botForm);

  const estimatorsToRabbitmq: TcpProxy[] = [];
  const estimators: ServiceProcess[] = [];
  for (let number = 1; number <= (options.estimators ?? 2); number++) {
    const proxy = await openProxy(opened, rabbitmq.url);
    estimatorsToRabbitmq.push(proxy);
    const env = {
      AMQP_URL: through(proxy, rabbitmq.url),
      PHOTO_DIR: files.photoDir,
      MODELS_DIR: modelsDir(),
      ...options.estimator?.env,
    };
    const form = { ...options.estimator, env };
    estimators.push(await startService(ground, `estimator-${number}`, 'services/estimator/src/main.ts', form));
  }

  const bookkeeping = new Bookkeeping(redis.url);
  opened.defer(() => bookkeeping.close());
  const suite: Suite = {
    opened,
    rabbitmq,
    redis,
    bot,
    estimators,
    sandbox: new SandboxClient(sandboxUrl),
    sandboxProcess,
    proxies: { botToRabbitmq, botToRedis, estimatorsToRabbitmq },
    queues: new Queues(rabbitmq),
    bookkeeping,
    files,
  };
  await waitUntil('the sandbox does not answer', () => answers(sandboxUrl));
  await untilReady(suite);
  return suite;
}

async function startService(
  { opened, guard, logDir }: Ground,
  name: string,
  entry: string,
  form: Omit<Form, 'entry'>,
): Promise<ServiceProcess> {
  const port = await freePort();
  if (opened.disposed) throw new Error('Stopped during the start');
  const started = ServiceProcess.start({
    ...form,
    name,
    entry: inRepository(entry),
    env: { ...AS_IN_CONTAINERS, ...form.env },
    port,
    logFile: join(logDir, `${name}.log`),
    guard,
  });
  opened.defer(() => started.stop());
  return started;
}

async function openProxy(opened: AsyncDisposableStack, url: string): Promise<TcpProxy> {
  const proxy = await startTcpProxy(Number(new URL(url).port));
  opened.defer(() => proxy.close());
  return proxy;
}

async function answers(url: string): Promise<boolean> {
  return (await fetch(url).catch(() => undefined)) !== undefined;
}
