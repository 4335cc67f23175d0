import { openBroker } from '@attrai/broker/connect-broker';
import { readConfig } from '@attrai/config/read-config';
import { tlsOf } from '@attrai/config/tls';
import { checkOf, startHealthServer } from '@attrai/telemetry/health';
import { createLogger } from '@attrai/telemetry/logger';
import { runService } from '@attrai/telemetry/run-service';
import { Shutdown } from '@attrai/telemetry/shutdown';
import { Autoscaler } from './autoscaler.ts';
import { autoscalerConfig } from './config.ts';
import { SwarmService } from './swarm-service.ts';
import { readWorkDone } from './work-done.ts';

const GRACE_MS = 20_000;

await runService('autoscaler', async (opened) => {
  const config = readConfig(autoscalerConfig);
  const logger = createLogger({ service: 'autoscaler', level: config.LOG_LEVEL, graylogUrl: config.GRAYLOG_URL });
  const shutdown = new Shutdown({ logger, stop: () => opened.disposeAsync(), graceMs: GRACE_MS });
  logger.info('starting');

  // Opened first, so that /readyz says what is wrong with it.
  const broker = await openBroker({ url: config.AMQP_URL, tls: tlsOf('AMQP', config), logger, onFatal: shutdown.fail });
  opened.defer(() => broker.close());
  let autoscaler: Autoscaler | undefined;
  const health = await startHealthServer({
    port: config.HEALTH_PORT,
    host: config.HEALTH_HOST,
    checks: {
      rabbitmq: () => checkOf(broker.problem),
      autoscaler: () => autoscaler?.ready() ?? { ok: false, reason: 'starting' },
    },
  });
  opened.defer(() => health.close());

  await broker.ready();
  autoscaler = new Autoscaler({
    broker,
    service: new SwarmService(config.DOCKER_SOCKET, config.SCALED_SERVICE),
    readWorkDone: () => readWorkDone(config.METRICS_URL),
    bounds: {
      min: config.MIN_ESTIMATORS,
      max: config.MAX_ESTIMATORS,
      targetWaitSeconds: config.TARGET_WAIT_SECONDS,
    },
    lookMs: config.LOOK_SECONDS * 1000,
    calmMs: config.CALM_SECONDS * 1000,
    logger,
  });
  opened.defer(() => autoscaler?.stop());
  logger.info({ scales: config.SCALED_SERVICE }, 'watching the queue');
});
