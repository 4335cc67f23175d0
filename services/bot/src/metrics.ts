import type { Broker } from '@attrai/broker/broker';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { addAskedGauge, type ProcessMetrics, STAGE_BUCKETS } from '@attrai/telemetry/metrics';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Answer } from './answer.ts';
import type { RequestBook } from './requests/request-book.ts';

/**
 * - undeliverable: the user has blocked the bot, or the chat allows no messages
 * - in_doubt: nobody knows whether the answer arrived, and the user was told so
 * - cancelled: by its user
 */
export type Answered = Answer['kind'] | 'undeliverable' | 'in_doubt' | 'cancelled';

/**
 * - intake: from the acceptance of a photo until it is published
 * - wait: from the acceptance until the result came, without the estimator's own work
 * - reply: from the start of the reply job until the answer is delivered, with the wait for a turn
 */
export type BotStage = 'intake' | 'wait' | 'reply';

/** What the bot counts. */
export interface BotMetrics {
  accepted(): void;
  /** Once for each accepted photo. */
  answered(outcome: Answered): void;
  took(stage: BotStage, ms: number): void;
  /** Telegram answers, or knows our webhook, again. */
  telegramIsBack(): void;
}

export const NO_METRICS: BotMetrics = { accepted() {}, answered() {}, took() {}, telegramIsBack() {} };

export function createBotMetrics(processMetrics: ProcessMetrics): BotMetrics {
  const { registry } = processMetrics;
  const registers = [registry];
  const accepted = new Counter({ name: 'attrai_photos_accepted_total', help: 'Photos the bot took on', registers });
  const answered = new Counter({
    name: 'attrai_photos_answered_total',
    help: 'Accepted photos that came to their end, by what their users were told',
    labelNames: ['outcome'],
    registers,
  });
  const stages = new Histogram({
    name: 'attrai_stage_seconds',
    help: 'Time that photos spent in a stage',
    labelNames: ['stage'],
    buckets: STAGE_BUCKETS,
    registers,
  });
  return {
    accepted: () => accepted.inc(),
    answered: (outcome) => answered.inc({ outcome }),
    took: (stage, ms) => stages.observe({ stage }, ms / 1000),
    telegramIsBack: () => processMetrics.reconnected('telegram'),
  };
}

/** Gauges that are asked for at each scrape: messages in the queues, and photos in work. */
export function addWaitingPhotos(registry: Registry, broker: Broker, book: Pick<RequestBook<unknown>, 'total'>): void {
  addAskedGauge(registry, {
    name: 'attrai_queue_messages',
    help: 'Messages waiting in RabbitMQ, those in work not counted',
    label: 'queue',
    async ask() {
      const queues = [TO_ESTIMATE, AFTER_ESTIMATE, TO_ESTIMATE_DEAD] as const;
      const depths = await Promise.all(queues.map(async (queue) => [queue, await broker.depth(queue)] as const));
      return Object.fromEntries(depths);
    },
  });
  addAskedGauge(registry, {
    name: 'attrai_photos_in_work',
    help: 'Photos in work: accepted and not answered yet (bot), in hand (estimator)',
    label: 'service',
    ask: async () => ({ bot: await book.total() }),
  });
}
