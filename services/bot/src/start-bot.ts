import type { Broker } from '@attrai/broker/broker';
import { patiently } from '@attrai/contracts/patiently';
import { LANGUAGES } from '@attrai/contracts/reply-to';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import { createPhotoGate } from './intake/accept-photo.ts';
import type { IntakeJob } from './intake/intake-job.ts';
import { createListener } from './intake/listen.ts';
import { createIntakeWorker } from './intake/take-photos-in.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import type { ActiveRequests } from './limits/active-requests.ts';
import type { Limits } from './limits/limits.ts';
import type { RequestRate } from './limits/request-rate.ts';
import { type BotMetrics, NO_METRICS } from './metrics.ts';
import { startProgress } from './progress/progress.ts';
import type { UnsureFaces } from './replies/adults-button.ts';
import type { ReplyJob } from './replies/reply-job.ts';
import { createReplyWorker } from './replies/send-replies.ts';
import { startSweeper } from './replies/sweep.ts';
import { takeDeadLetters } from './replies/take-dead-letters.ts';
import { takeResults } from './replies/take-results.ts';
import { startTellingOverdue } from './replies/tell-overdue.ts';
import { createPace } from './telegram/pace.ts';
import { startPolling } from './telegram/polling.ts';
import { createSmallTalk } from './telegram/small-talk.ts';
import { createTelegramApi, type TelegramApi } from './telegram/telegram-api.ts';
import { untilTelegramAnswers } from './telegram/until-telegram-answers.ts';
import type { UpdateSource } from './telegram/update-source.ts';
import { startWebhook, type WebhookAddress } from './telegram/webhook.ts';
import { TEXTS } from './texts/languages.ts';

export interface BotParts {
  token: string;
  /** Another Bot API server than Telegram's own. */
  apiRoot?: string | undefined;
  /** Updates are brought here; without it, the bot polls for them. */
  webhook?: WebhookAddress | undefined;
  broker: Broker;
  photoStore: PhotoStore;
  /** A volume of the bot's own: pictures that came inside a message wait there until they are sent. */
  inbox: PhotoStore;
  jobs: { intake: JobQueue<IntakeJob>; replies: JobQueue<ReplyJob> };
  activeRequests: ActiveRequests;
  requestRate: RequestRate;
  /** `ask` if it isn't given. */
  unsureFaces?: UnsureFaces;
  limits: Limits;
  logger: Logger;
  metrics?: BotMetrics;
  /** The bot can't go on: the process should exit. */
  onFatal(error: unknown): void;
}

export interface RunningBot {
  username: string;
  /** Whether updates, results and dead letters can arrive; if not, why. */
  ready(): { ok: boolean; reasons: string[] };
  /** False when it is stuck in a way that only a new process mends. */
  alive(): boolean;
  /** Confirms the updates that are through, finishes the work in hand. Closes the job queues, but no other part. */
  stop(): Promise<void>;
}

/**
 * Starts the bot on its parts. Waits for Telegram as long as it takes.
 *
 * @throws FatalError `token_refused`, `telegram_refused`, `port_unavailable`
 */
export async function startBot(parts: BotParts): Promise<RunningBot> {
  const { token, apiRoot, webhook, broker, photoStore, inbox, jobs, activeRequests, requestRate, limits, logger } =
    parts;
  const { unsureFaces = 'ask', metrics = NO_METRICS, onFatal } = parts;
  const stopping = new AbortController();
  const pace = createPace();
  const api = createTelegramApi({ token, apiRoot, onBusy: pace.hold });

  const me = await untilTelegramAnswers(() => api.getMe(), logger);
  const ahead = await patiently(() => activeRequests.total(), stopping.signal);
  const progress = startProgress({ api, pace, logger, ahead });
  const kept = { activeRequests, replies: jobs.replies, photoStore };
  const shared = { ...kept, api, pace, progress, unsureFaces, limits, logger, metrics };

  jobs.replies.run(createReplyWorker({ ...shared, inbox }));
  jobs.intake.run(createIntakeWorker({ ...shared, broker }));
  const results = await takeResults(broker, { ...shared, inbox }, stopping.signal);
  const deadLetters = await takeDeadLetters(broker, { ...shared, inbox }, stopping.signal);
  const tellingOverdue = startTellingOverdue({ activeRequests, replies: jobs.replies, logger });
  const sweeper = startSweeper({
    stores: [photoStore, inbox],
    activeRequests,
    afterMs: limits.deadlineSeconds * 1000,
    logger,
  });

  const smallTalk = createSmallTalk(api, logger);
  const acceptPhoto = createPhotoGate({
    activeRequests,
    requestRate,
    intake: jobs.intake,
    progress,
    limits,
    logger,
    metrics,
    stopping: stopping.signal,
  });
  const handle = createListener({ token, me, acceptPhoto, smallTalk, unsureFaces, limits, logger });
  const updates = await startUpdates();
  void introduce(api, logger);
  logger.info({ username: me.username }, 'Listening');

  return {
    username: me.username,

    ready() {
      const problem = updates.problem();
      const reasons = [
        ...(problem === undefined ? [] : [problem]),
        ...(results.attached ? [] : ['not consuming after_estimate']),
        ...(deadLetters.attached ? [] : ['not consuming to_estimate.dead']),
      ];
      return { ok: reasons.length === 0, reasons };
    },

    alive: () => updates.alive,

    async stop() {
      stopping.abort();
      await updates.stop();
      tellingOverdue.stop();
      await Promise.all([results.stop(), deadLetters.stop(), jobs.intake.close()]);
      await jobs.replies.close();
      progress.stop();
      sweeper.stop();
      await smallTalk.finish();
    },
  };

  async function startUpdates(): Promise<UpdateSource> {
    const source = { api, handle, logger, onBack: metrics.telegramIsBack, onFatal };
    if (webhook) {
      const { port, ...updates } = await startWebhook({ ...source, ...webhook, token });
      logger.info({ port }, 'The webhook is served');
      return updates;
    }
    // Long polling is refused while a webhook is set.
    await untilTelegramAnswers(() => api.deleteWebhook(), logger);
    return startPolling(source);
  }
}

/** Commands and descriptions, in each language. */
async function introduce(api: TelegramApi, logger: Logger): Promise<void> {
  try {
    for (const language of LANGUAGES) {
      const commands = Object.entries(TEXTS[language].commands).map(([command, description]) => ({
        command,
        description,
      }));
      // What those see whose language the bot doesn't speak is English.
      for (const code of language === 'en' ? [language, undefined] : [language]) {
        await api.setCommands(commands, code);
        await api.setDescription(TEXTS[language].description, code);
      }
    }
  } catch (error) {
    logger.warn(
      { err: error },
      'Could not tell Telegram the commands and the description; the commands work nevertheless',
    );
  }
}
