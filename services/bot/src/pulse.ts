import type { Broker } from '@attrai/broker/broker';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { Logger } from '@attrai/telemetry/logger';
import type { ActiveRequests } from './limits/active-requests.ts';

const EVERY_MS = 60_000;

export interface PulseParts {
  broker: Broker;
  activeRequests: ActiveRequests;
  logger: Logger;
  /** Between two lines, in milliseconds; for tests. */
  everyMs?: number;
}

/**
 * Logs once a minute how many messages wait in each queue and how many photos are in work, for those who follow the
 * suite by its logs (deploy/graylog has the charts).
 */
export function startPulse({ broker, activeRequests, logger, everyMs = EVERY_MS }: PulseParts): { stop(): void } {
  async function beat(): Promise<void> {
    const [toEstimate, afterEstimate, dead, inWork] = await Promise.all([
      broker.depth(TO_ESTIMATE),
      broker.depth(AFTER_ESTIMATE),
      broker.depth(TO_ESTIMATE_DEAD),
      activeRequests.total(),
    ]);
    logger.info({ toEstimate, afterEstimate, dead, inWork }, 'Pulse');
  }

  const timer = setInterval(() => {
    // An outage has lines of its own.
    beat().catch((err) => logger.debug({ err }, 'No pulse'));
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}
