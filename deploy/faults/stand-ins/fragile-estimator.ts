import { connectBroker } from '@attrai/broker/connect-broker';
import { readConfig } from '@attrai/config/read-config';
import { estimatorConfig } from '@attrai/estimator/config';
import { type RunningEstimator, startEstimator } from '@attrai/estimator/start-estimator';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import { startHealthServer } from '@attrai/telemetry/health';
import { createLogger } from '@attrai/telemetry/logger';
import { runService } from '@attrai/telemetry/run-service';
import { onShutdown } from '@attrai/telemetry/shutdown';
import { loadVision } from '@attrai/vision/load-vision';
import type { Vision } from '@attrai/vision/vision';
import { DEADLY_MARK } from '../load/samples.ts';

/** As a decoder does that crashes. */
function dieOfDeadlyPhotos(vision: Vision): Vision {
  return {
    async estimate(photo) {
      if (photo.includes(DEADLY_MARK)) process.kill(process.pid, 'SIGKILL');
      return vision.estimate(photo);
    },
    close: () => vision.close(),
  };
}

// The estimator's own main, but for its vision.
await runService('estimator', async () => {
  const config = readConfig(estimatorConfig);
  const logger = createLogger({ service: 'estimator', level: config.LOG_LEVEL });
  const photoStore = await openPhotoStore(config.PHOTO_STORE, config.PHOTO_DIR);
  const vision = dieOfDeadlyPhotos(await loadVision({ modelsDir: config.MODELS_DIR }));
  const broker = await connectBroker({ url: config.AMQP_URL, logger, onFatal: (error) => shutdown.fail(error) });
  let estimator: RunningEstimator | undefined;
  await startHealthServer({
    port: config.HEALTH_PORT,
    checks: { estimator: () => estimator?.ready() ?? { ok: false, reason: 'starting' } },
  });
  const stop = async () => {
    await estimator?.stop();
    await broker.close();
  };
  const shutdown = onShutdown(logger, stop, { graceMs: 10_000 });
  estimator = await startEstimator({ broker, photoStore, vision, logger });
});
