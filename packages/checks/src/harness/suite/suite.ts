import { rm } from 'node:fs/promises';
import type { RabbitmqServer } from '@attrai/test-servers/rabbitmq';
import type { Server } from '@attrai/test-servers/server';
import type { TcpProxy } from '@attrai/test-servers/tcp-proxy';
import type { Bookkeeping } from './bookkeeping.ts';
import type { Queues } from './queues.ts';
import type { SandboxClient } from './sandbox-client.ts';
import type { ServiceProcess } from './service-process.ts';
import type { StoredFiles } from './stored-files.ts';

/** RabbitMQ, Redis, sandbox, bot and estimators, all running. */
export interface Suite {
  /** Disposing it ends everything. */
  opened: AsyncDisposableStack;
  rabbitmq: RabbitmqServer;
  redis: Server;
  bot: ServiceProcess;
  estimators: ServiceProcess[];
  sandbox: SandboxClient;
  sandboxProcess: ServiceProcess;
  /** Between services and servers. */
  proxies: { botToRabbitmq: TcpProxy; botToRedis: TcpProxy; estimatorsToRabbitmq: TcpProxy[] };
  queues: Queues;
  bookkeeping: Bookkeeping;
  files: StoredFiles;
}

export async function untilReady({ bot, estimators }: Suite): Promise<void> {
  await Promise.all([bot, ...estimators].map((service) => service.untilReady()));
}

/** Deletes all messages, jobs and files, and restarts bot and estimators. */
export async function clear(suite: Suite): Promise<void> {
  const { bot, estimators, queues, bookkeeping, files } = suite;
  const services = [bot, ...estimators];
  await Promise.all(services.map((service) => service.pause()));
  await queues.purge();
  await bookkeeping.clear();
  for (const file of [...(await files.ofPhotos()), ...(await files.parked())]) await rm(file, { force: true });
  await Promise.all(services.map((service) => service.changeTo()));
  await untilReady(suite);
}
