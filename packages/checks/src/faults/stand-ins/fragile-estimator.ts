import { connectBroker } from '@attrai/broker/connect-broker';
import { readConfig } from '@attrai/config/read-config';
import { estimatorConfig } from '@attrai/estimator/config';
import { type Estimator, startEstimator } from '@attrai/estimator/start-estimator';
import { startVisionThread } from '@attrai/estimator/start-vision-thread';
import { startWatchdog } from '@attrai/estimator/watchdog';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import { startHealthServer } from '@attrai/telemetry/health';
import { createLogger } from '@attrai/telemetry/logger';
import { runService } from '@attrai/telemetry/run-service';
import { Shutdown } from '@attrai/telemetry/shutdown';

// The estimator's main.ts, with a vision thread that some photos harm.
await runService('estimator', async () => {
  const config = readConfig(estimatorConfig);
  const logger = createLogger({ service: 'estimator', level: config.LOG_LEVEL });
  const photoStore = await openPhotoStore(config.PHOTO_STORE, config.PHOTO_DIR);
  const watchdog = await startWatchdog({ service: 'estimator', limitMs: config.PHOTO_TIMEOUT_SECONDS * 1000 });
  const vision = await startVisionThread({
    vision: { modelsDir: config.MODELS_DIR },
    memory: watchdog.memory,
    onFatal: (error) => shutdown.fail(error),
    script: new URL('./fragile-vision-thread.ts', import.meta.url),
  });
  const broker = await connectBroker({ url: config.AMQP_URL, logger, onFatal: (error) => shutdown.fail(error) });
  let estimator: Estimator | undefined;
  await startHealthServer({
    port: config.HEALTH_PORT,
    checks: { estimator: () => estimator?.ready() ?? { ok: false, reason: 'starting' } },
  });
  const stop = async () => {
    await estimator?.stop();
    await broker.close();
  };
  const shutdown = new Shutdown({ logger, stop, graceMs: 10_000 });
  estimator = await startEstimator({ broker, photoStore, vision, logger });
});
