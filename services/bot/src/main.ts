import type { Broker } from '@attrai/broker/broker';
import { connectBroker } from '@attrai/broker/connect-broker';
import { readConfig } from '@attrai/config/read-config';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import { markVolume } from '@attrai/photo-store/volume-mark';
import { createVolumeStore } from '@attrai/photo-store/volume-store';
import { type Check, startHealthServer } from '@attrai/telemetry/health';
import { createLogger } from '@attrai/telemetry/logger';
import { createProcessMetrics } from '@attrai/telemetry/metrics';
import { runService } from '@attrai/telemetry/run-service';
import { onShutdown } from '@attrai/telemetry/shutdown';
import { type Bookkeeping, bookkeepingOnRedis } from './bookkeeping.ts';
import { botConfig, limitsOf } from './config.ts';
import { addWaitingPhotos, createBotMetrics } from './metrics.ts';
import { Pulse } from './pulse.ts';
import type { RunningBot } from './running-bot.ts';
import { startBot } from './start-bot.ts';

/** Above the longest call to Telegram (an upload may take 40 s), below the 60 s of Swarm's stop_grace_period. */
const GRACE_MS = 50_000;

await runService('bot', async () => {
  const config = readConfig(botConfig);
  const limits = limitsOf(config);
  const processMetrics = createProcessMetrics(['rabbitmq', 'redis', 'telegram']);
  const { registry, reconnected } = processMetrics;
  const logger = createLogger({
    service: 'bot',
    level: config.LOG_LEVEL,
    graylogUrl: config.GRAYLOG_URL,
    onDropped: processMetrics.lineDropped,
  });
  const opened = new AsyncDisposableStack();
  const shutdown = onShutdown(logger, () => opened.disposeAsync(), { graceMs: GRACE_MS });
  const onFatal = shutdown.fail;
  logger.info('starting');

  let broker: Broker | undefined;
  let bookkeeping: Bookkeeping | undefined;
  let bot: RunningBot | undefined;

  const health = await startHealthServer({
    port: config.HEALTH_PORT,
    host: config.HEALTH_HOST,
    registry,
    alive: { updates: () => check(bot?.alive() !== false, 'the loop that fetches updates is stuck') },
    checks: {
      rabbitmq: () => check(broker?.connected === true, 'not connected'),
      redis: () => {
        const problem = bookkeeping === undefined ? 'not connected' : bookkeeping.problem;
        return check(problem === undefined, problem ?? '');
      },
      bot: () => {
        // Its start waits for Redis and RabbitMQ, and then for Telegram.
        const starting =
          broker?.connected && bookkeeping && bookkeeping.problem === undefined ? 'waiting for Telegram' : 'starting';
        const { ok, reasons } = bot?.ready() ?? { ok: false, reasons: [starting] };
        return check(ok, reasons.join('; '));
      },
    },
  });
  opened.defer(() => health.close());
  logger.info({ port: health.port }, 'health is served');

  const photoStore = await openPhotoStore(config.PHOTO_STORE, config.PHOTO_DIR);
  if (config.PHOTO_STORE === 'volume') await markVolume(config.PHOTO_DIR);
  const inbox = await createVolumeStore(config.INBOX_DIR);
  bookkeeping = await bookkeepingOnRedis(config.REDIS_URL, {
    limits,
    logger,
    onFatal,
    onReconnected: () => reconnected('redis'),
  });
  opened.defer(() => bookkeeping?.close());
  broker = await connectBroker({
    url: config.AMQP_URL,
    logger,
    onFatal,
    onReconnected: () => reconnected('rabbitmq'),
  });
  opened.defer(() => broker?.close());

  const { book, albums, jobs, requestRate, troubles } = bookkeeping;
  addWaitingPhotos(registry, broker, book);
  const pulse = new Pulse({ broker, book, logger });
  opened.defer(() => pulse.stop());
  bot = await startBot({
    token: config.BOT_TOKEN,
    apiRoot: config.TELEGRAM_API_ROOT,
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
  });
  opened.defer(() => bot?.stop());
});

function check(ok: boolean, reason: string): Check {
  return ok ? { ok } : { ok, reason };
}
