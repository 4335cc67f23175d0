import { openBroker } from '@attrai/broker/connect-broker';
import { readConfig } from '@attrai/config/read-config';
import { tlsOf } from '@attrai/config/tls';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import { StoreWatch } from '@attrai/photo-store/store-watch';
import { checkOf, startHealthServer } from '@attrai/telemetry/health';
import { createLogger } from '@attrai/telemetry/logger';
import { createProcessMetrics } from '@attrai/telemetry/metrics';
import { runService } from '@attrai/telemetry/run-service';
import { Shutdown } from '@attrai/telemetry/shutdown';
import { estimatorConfig, visionOptions } from './config.ts';
import { ENOUGH_MEMORY_MB, readContainerLimits } from './container-limits.ts';
import { EstimatorCounters } from './metrics.ts';
import { type Estimator, startEstimator } from './start-estimator.ts';
import { startVisionThread } from './start-vision-thread.ts';
import { CANT_SEE_PHOTOS, untilPhotosCanBeSeen } from './until-photos-can-be-seen.ts';
import { startWatchdog } from './watchdog.ts';

/** Above the default of PHOTO_TIMEOUT_SECONDS, below the 60 s of Swarm's stop_grace_period. A photo that takes longer is requeued. */
const GRACE_MS = 50_000;

await runService('estimator', async (opened) => {
  const config = readConfig(estimatorConfig);
  const processMetrics = createProcessMetrics(['rabbitmq']);
  const { registry } = processMetrics;
  const logger = createLogger({
    service: 'estimator',
    level: config.LOG_LEVEL,
    graylogUrl: config.GRAYLOG_URL,
    onDropped: () => processMetrics.lineDropped(),
  });
  const shutdown = new Shutdown({ logger, stop: () => opened.disposeAsync(), graceMs: GRACE_MS });

  const { threads, memoryMb } = readContainerLimits();
  logger.info({ threads, memoryMb }, 'starting');
  if (memoryMb !== undefined && memoryMb < ENOUGH_MEMORY_MB) {
    logger.warn(
      { memoryMb },
      `little memory: the kernel may kill this process over a large photo; give it ${ENOUGH_MEMORY_MB} MiB`,
    );
  }

  if (process.pid === 1) {
    logger.warn(
      'this process could not end itself over a photo that hangs, since it is process 1 of a container: give it an init',
    );
  }

  // Opened first, so that /readyz says what is wrong with it, whatever else is waited for.
  const broker = await openBroker({
    url: config.AMQP_URL,
    tls: tlsOf('AMQP', config),
    logger,
    onFatal: shutdown.fail,
    onReconnected: () => processMetrics.reconnected('rabbitmq'),
  });
  opened.defer(() => broker.close());

  let storeWatch: StoreWatch | undefined;
  let estimator: Estimator | undefined;
  const starting = { ok: false, reason: CANT_SEE_PHOTOS };
  const checks = {
    rabbitmq: () => checkOf(broker.problem),
    photos: () => checkOf(storeWatch?.problem),
    estimator: () => estimator?.ready() ?? starting,
  };
  const health = await startHealthServer({ port: config.HEALTH_PORT, host: config.HEALTH_HOST, checks, registry });
  opened.defer(() => health.close());
  logger.info({ port: health.port }, 'health is served');

  const photoStore = await openPhotoStore(config.PHOTO_STORE, config.PHOTO_DIR);
  storeWatch = new StoreWatch({ stores: { PHOTO_DIR: photoStore }, logger });
  opened.defer(() => storeWatch?.stop());
  if (config.PHOTO_STORE === 'volume') {
    const waiting = new AbortController();
    opened.defer(() => waiting.abort());
    await untilPhotosCanBeSeen(config.PHOTO_DIR, logger, waiting.signal);
  }
  starting.reason = 'starting: loading the models or waiting for RabbitMQ';
  const watchdog = await startWatchdog({
    service: 'estimator',
    graylogUrl: config.GRAYLOG_URL,
    limitMs: config.PHOTO_TIMEOUT_SECONDS * 1000,
  });
  opened.defer(() => watchdog.close());
  const vision = await startVisionThread(
    {
      vision: visionOptions(config, threads),
      memory: watchdog.memory,
      onFatal: shutdown.fail,
    },
    opened,
  );
  await broker.ready();
  estimator = await startEstimator({
    broker,
    photoStore,
    vision,
    logger,
    metrics: new EstimatorCounters(processMetrics),
  });
  opened.defer(() => estimator?.stop());
});
