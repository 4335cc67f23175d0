import { openBroker } from '@attrai/broker/connect-broker';
import { readConfig } from '@attrai/config/read-config';
import { tlsOf } from '@attrai/config/tls';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import { StoreWatch } from '@attrai/photo-store/store-watch';
import { markVolume } from '@attrai/photo-store/volume-mark';
import { createVolumeStore } from '@attrai/photo-store/volume-store';
import { checkOf, startHealthServer } from '@attrai/telemetry/health';
import { createLogger } from '@attrai/telemetry/logger';
import { createProcessMetrics } from '@attrai/telemetry/metrics';
import { runService } from '@attrai/telemetry/run-service';
import { Shutdown } from '@attrai/telemetry/shutdown';
import { type Bookkeeping, bookkeepingOnRedis } from './bookkeeping.ts';
import { accessOf, botConfig, limitsOf, telegramOf } from './config.ts';
import { addWaitingPhotos, createBotMetrics } from './metrics.ts';
import { Pulse } from './pulse.ts';
import { RedisTroubles } from './redis/redis-troubles.ts';
import type { RunningBot } from './running-bot.ts';
import { startBot } from './start-bot.ts';

/** Above the longest call to Telegram (an upload may take 40 s), below the 60 s of Swarm's stop_grace_period. */
const GRACE_MS = 50_000;

await runService('bot', async (opened) => {
  const config = readConfig(botConfig);
  const limits = limitsOf(config);
  const telegram = telegramOf(config);
  const processMetrics = createProcessMetrics(['rabbitmq', 'redis', 'telegram']);
  const { registry } = processMetrics;
  const logger = createLogger({
    service: 'bot',
    level: config.LOG_LEVEL,
    graylogUrl: config.GRAYLOG_URL,
    onDropped: () => processMetrics.lineDropped(),
  });
  const shutdown = new Shutdown({ logger, stop: () => opened.disposeAsync(), graceMs: GRACE_MS });
  const onFatal = shutdown.fail;
  logger.info('starting');

  const troubles = new RedisTroubles(logger, config.REDIS_URL);
  // First, so that /readyz tells its problems while the start waits for other servers.
  const broker = await openBroker({
    url: config.AMQP_URL,
    tls: tlsOf('AMQP', config),
    logger,
    onFatal,
    onReconnected: () => processMetrics.reconnected('rabbitmq'),
  });
  opened.defer(() => broker.close());

  let storeWatch: StoreWatch | undefined;
  let bookkeeping: Bookkeeping | undefined;
  let bot: RunningBot | undefined;
  let waitingFor: string | undefined;

  const health = await startHealthServer({
    port: config.HEALTH_PORT,
    host: config.HEALTH_HOST,
    registry,
    alive: { updates: () => checkOf(bot?.alive() === false ? 'the loop that fetches updates is stuck' : undefined) },
    checks: {
      rabbitmq: () => checkOf(broker.problem),
      photos: () => checkOf(storeWatch?.problem),
      redis: () => checkOf(troubles.problem ?? (bookkeeping ? undefined : 'starting')),
      bot: () => {
        if (bot) return checkOf(bot.ready().reasons.join('; ') || undefined);
        // The start waits for Redis and RabbitMQ, then for Telegram.
        if (broker.problem || !bookkeeping || bookkeeping.problem) return checkOf('starting');
        return checkOf(waitingFor === undefined ? 'waiting for Telegram' : `waiting for Telegram: ${waitingFor}`);
      },
    },
  });
  opened.defer(() => health.close());
  logger.info({ port: health.port }, 'health is served');

  const photoStore = await openPhotoStore(config.PHOTO_STORE, config.PHOTO_DIR);
  if (config.PHOTO_STORE === 'volume') await markVolume(config.PHOTO_DIR);
  const inbox = await createVolumeStore(config.INBOX_DIR, 'INBOX_DIR');
  storeWatch = new StoreWatch({ stores: { PHOTO_DIR: photoStore, INBOX_DIR: inbox }, logger });
  opened.defer(() => storeWatch?.stop());
  bookkeeping = await bookkeepingOnRedis(config.REDIS_URL, {
    tls: tlsOf('REDIS', config),
    limits,
    logger,
    onFatal,
    onReconnected: () => processMetrics.reconnected('redis'),
    troubles,
  });
  opened.defer(() => bookkeeping?.close());
  await broker.ready();

  const { book, albums, jobs, requestRate } = bookkeeping;
  addWaitingPhotos(registry, broker, book);
  const pulse = new Pulse({ broker, book, logger });
  opened.defer(() => pulse.stop());
  const starting = new AbortController();
  const started = startBot({
    token: config.BOT_TOKEN,
    ...telegram,
    ...accessOf(config),
    webhook: config.WEBHOOK_URL ? { url: config.WEBHOOK_URL, port: config.WEBHOOK_PORT } : undefined,
    broker,
    photoStore,
    inbox,
    book,
    albums,
    jobs,
    requestRate,
    troubles,
    unsureFaces: config.UNSURE_FACES,
    limits,
    logger,
    metrics: createBotMetrics(processMetrics),
    onFatal,
    signal: starting.signal,
    onWaiting(reason) {
      waitingFor = reason;
    },
  });
  opened.defer(async () => {
    starting.abort();
    const running = await started.catch(() => undefined);
    await running?.stop();
  });
  bot = await started;
});
