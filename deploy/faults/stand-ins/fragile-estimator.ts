import { connectBroker } from '@attrai/broker/connect-broker';
import { readConfig } from '@attrai/config/read-config';
import { estimatorConfig } from '@attrai/estimator/config';
import { type RunningEstimator, startEstimator } from '@attrai/estimator/start-estimator';
import { startWatchdog } from '@attrai/estimator/watchdog';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import { startHealthServer } from '@attrai/telemetry/health';
import { createLogger } from '@attrai/telemetry/logger';
import { runService } from '@attrai/telemetry/run-service';
import { onShutdown } from '@attrai/telemetry/shutdown';
import { loadVision } from '@attrai/vision/load-vision';
import type { Vision } from '@attrai/vision/vision';
import { CRASHING_MARK, DEADLY_MARK, ENDLESS_MARK, HANGING_MARK } from '../load/samples.ts';

/** Harm that hostile photos might do, by the mark they bear. */
const HARMS: Record<string, () => Promise<void> | void> = {
  // As a decoder does that crashes, or whoever ends it for its memory.
  [DEADLY_MARK]: () => void process.kill(process.pid, 'SIGKILL'),
  [CRASHING_MARK]: () => void process.kill(process.pid, 'SIGSEGV'),
  [HANGING_MARK]: () => new Promise(() => {}),
  [ENDLESS_MARK]: () => {
    for (;;);
  },
};

function sufferFrom(vision: Vision): Vision {
  return {
    async estimate(photo) {
      for (const [mark, harm] of Object.entries(HARMS)) if (photo.includes(mark)) await harm();
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
  const vision = sufferFrom(await loadVision({ modelsDir: config.MODELS_DIR }));
  const watchdog = await startWatchdog({ service: 'estimator', limitMs: config.PHOTO_TIMEOUT_SECONDS * 1000 });
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
  estimator = await startEstimator({ broker, photoStore, vision, watchdog, logger });
});
