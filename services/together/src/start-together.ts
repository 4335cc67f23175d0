import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Bookkeeping, bookkeepingInMemory, bookkeepingOnRedis } from '@attrai/bot/bookkeeping';
import { accessOf, limitsOf, telegramOf } from '@attrai/bot/config';
import { startBot } from '@attrai/bot/start-bot';
import type { Broker } from '@attrai/broker/broker';
import { connectBroker } from '@attrai/broker/connect-broker';
import { EmbeddedBroker } from '@attrai/broker/embedded-broker';
import { tlsOf } from '@attrai/config/tls';
import { visionOptions } from '@attrai/estimator/config';
import { readContainerLimits } from '@attrai/estimator/container-limits';
import { startEstimator } from '@attrai/estimator/start-estimator';
import { startVisionThread } from '@attrai/estimator/start-vision-thread';
import { startWatchdog } from '@attrai/estimator/watchdog';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import { createVolumeStore } from '@attrai/photo-store/volume-store';
import { startSandbox } from '@attrai/sandbox/sandbox';
import type { Logger } from '@attrai/telemetry/logger';
import type { Running } from './banner.ts';
import type { TogetherConfig } from './config.ts';
import { OwnFolder } from './own-folder.ts';

interface TogetherParts {
  config: TogetherConfig;
  logger: Logger;
  /** Disposing it stops everything, also during the start. */
  opened: AsyncDisposableStack;
  onFatal(error: unknown): void;
}

/**
 * Starts the whole suite in this process, with a stand-in for each server that `config` does not name. The nets run in their
 * own thread, so that chats don't wait for them.
 */
export async function startTogether({ config, logger, opened, onFatal }: TogetherParts): Promise<Running> {
  const folder = await OwnFolder.open(logger);
  opened.defer(() => folder.close());
  const photoStore = await openPhotoStore(config.PHOTO_STORE, join(folder.path, 'photos'), 'TMPDIR');
  const inbox = await createVolumeStore(join(folder.path, 'inbox'), 'TMPDIR');

  const telegram = config.BOT_TOKEN
    ? { token: config.BOT_TOKEN, ...telegramOf(config) }
    : await startSandbox({ port: config.PORT, token: localToken(), logger });
  if ('close' in telegram) opened.defer(() => telegram.close());

  const limits = limitsOf(config);
  // At the same time, so that both report a server that doesn't answer.
  const [bookkeeping, broker] = await Promise.all([openBookkeeping(), openBroker()]);

  // If a photo hangs, this ends the whole process: a part of it can't be ended alone.
  const watchdog = await startWatchdog({
    service: 'together',
    graylogUrl: config.GRAYLOG_URL,
    limitMs: config.PHOTO_TIMEOUT_SECONDS * 1000,
    folder: folder.path,
  });
  opened.defer(() => watchdog.close());
  const vision = await startVisionThread(
    {
      vision: visionOptions(config, readContainerLimits().threads),
      memory: watchdog.memory,
      onFatal,
    },
    opened,
  );
  const estimator = await startEstimator({ broker, photoStore, vision, logger });
  opened.defer(() => estimator.stop());

  const parts = { ...bookkeeping, broker, photoStore, inbox, limits, logger, onFatal };
  const bot = await startBot({ ...parts, ...telegram, ...accessOf(config), unsureFaces: config.UNSURE_FACES });
  opened.defer(() => bot.stop());

  return {
    url: 'url' in telegram ? telegram.url : `https://t.me/${bot.username}`,
    telegram: 'url' in telegram ? 'sandbox' : 'real',
    rabbitmq: config.AMQP_URL ? 'server' : 'embedded',
    redis: config.REDIS_URL ? 'server' : 'embedded',
  };

  async function openBookkeeping(): Promise<Bookkeeping> {
    const kept = { limits, logger, onFatal };
    const bookkeeping = config.REDIS_URL
      ? await bookkeepingOnRedis(config.REDIS_URL, { ...kept, tls: tlsOf('REDIS', config) })
      : bookkeepingInMemory(kept);
    opened.defer(() => bookkeeping.close());
    return bookkeeping;
  }

  async function openBroker(): Promise<Broker> {
    const broker = config.AMQP_URL
      ? await connectBroker({ url: config.AMQP_URL, tls: tlsOf('AMQP', config), logger, onFatal })
      : new EmbeddedBroker({ onFatal });
    opened.defer(() => broker.close());
    return broker;
  }
}

function localToken(): string {
  return `1000001:${randomBytes(26).toString('base64url')}`;
}
