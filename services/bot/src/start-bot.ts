import type { Broker } from '@attrai/broker/broker';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import { SmallTalk } from './chat/small-talk.ts';
import type { Want } from './chat/wants.ts';
import { PhotoGate } from './intake/accept-photo.ts';
import type { IntakeJob } from './intake/intake-job.ts';
import { IntakeWorker } from './intake/take-photos-in.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import type { Limits } from './limits/limits.ts';
import type { RequestRate } from './limits/request-rate.ts';
import { type BotMetrics, NO_METRICS } from './metrics.ts';
import { Progress } from './progress/progress.ts';
import type { RedisTroubles } from './redis/redis-troubles.ts';
import type { UnsureFaces } from './replies/adults-button.ts';
import { AlbumRanking } from './replies/album-ranking.ts';
import { OverdueWatch } from './replies/overdue-watch.ts';
import type { ReplyJob } from './replies/reply-job.ts';
import { ReplySender } from './replies/send-replies.ts';
import { Sweeper } from './replies/sweep.ts';
import { DeadLetterTaker } from './replies/take-dead-letters.ts';
import { ResultTaker } from './replies/take-results.ts';
import type { AlbumScores } from './requests/album-scores.ts';
import type { Envelope } from './requests/envelope.ts';
import type { RequestBook } from './requests/request-book.ts';
import { RunningBot } from './running-bot.ts';
import { TelegramPace } from './telegram/pace.ts';
import { Polling, type PollingOptions } from './telegram/polling.ts';
import { takeUpdate } from './telegram/take-update.ts';
import { TelegramApi } from './telegram/telegram-api.ts';
import { untilTelegramAnswers } from './telegram/until-telegram-answers.ts';
import type { UpdateSource } from './telegram/update-source.ts';
import { Webhook, type WebhookAddress } from './telegram/webhook.ts';
import { LANGUAGES } from './texts/language.ts';
import { TEXTS } from './texts/languages.ts';
import { WantHandler } from './want-handler.ts';

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
  book: RequestBook<Envelope>;
  albums: AlbumScores;
  requestRate: Pick<RequestRate, 'take'>;
  troubles: Pick<RedisTroubles, 'note'>;
  /** `ask` if it isn't given. */
  unsureFaces?: UnsureFaces;
  limits: Limits;
  logger: Logger;
  metrics?: BotMetrics;
  /** The bot can't go on: the process should exit. */
  onFatal(error: unknown): void;
}

const PRIVACY_ON =
  'Group privacy is on: in groups the bot gets commands such as /score and replies to its own messages, and all messages only where it is an administrator';
const PRIVACY_OFF = 'Group privacy is off: the bot gets all messages of its groups, mentions among them';

/**
 * Starts the bot on its parts. Waits for Telegram as long as it takes.
 *
 * @throws FatalError `token_refused`, `telegram_refused`, `port_unavailable`
 */
export async function startBot(parts: BotParts): Promise<RunningBot> {
  const { token, apiRoot, webhook, broker, photoStore, inbox, jobs, book, requestRate, troubles, limits, logger } =
    parts;
  const { unsureFaces = 'ask', metrics = NO_METRICS, onFatal } = parts;
  const stop = new AbortController();
  const stopping = stop.signal;
  const pace = new TelegramPace();
  const api = new TelegramApi({ token, apiRoot, onBusy: (chatId, ms) => pace.hold(chatId, ms) });
  const chat = api;

  const me = await untilTelegramAnswers(() => api.getMe(), logger);
  const progress = new Progress({ chat, pace, book, logger });
  const smallTalk = new SmallTalk(chat, logger);
  const folders = { photoStore, inbox };
  const ranking = new AlbumRanking({ albums: parts.albums, smallTalk, troubles, logger, stopping });
  const common = { book, progress, ranking, limits, logger, metrics, stopping };
  const replies = jobs.replies;

  replies.run(new ReplySender({ ...common, ...folders, chat, pace, unsureFaces }));
  jobs.intake.run(new IntakeWorker({ ...common, chat, pace, broker, photoStore, replies, smallTalk }));
  const results = await new ResultTaker({ ...common, ...folders, replies }).start(broker);
  const deadLetters = await new DeadLetterTaker({ ...common, ...folders, broker, replies }).start();
  const overdueWatch = new OverdueWatch({ book, replies, troubles });
  const sweeper = new Sweeper({
    stores: [photoStore, inbox],
    book,
    afterMs: limits.deadlineSeconds * 1000,
    logger,
  });

  const gate = new PhotoGate({ ...common, requestRate, troubles, intake: jobs.intake });
  const { username, can_read_all_group_messages: readsAllInGroups = false } = me;
  const naming = { token, username, readsAllInGroups };
  const wants = new WantHandler({ ...common, ...folders, ...naming, gate, smallTalk, unsureFaces });
  const updates = await startUpdates();
  void introduce(api, logger);
  logger.info({ username }, 'Listening');
  logger.info(readsAllInGroups ? PRIVACY_OFF : PRIVACY_ON);

  const consumers = { results, deadLetters };
  return new RunningBot({
    username,
    stop,
    updates,
    ...consumers,
    jobs,
    ranking,
    overdueWatch,
    progress,
    sweeper,
    smallTalk,
  });

  async function startUpdates(): Promise<UpdateSource> {
    const taking = { me, handle: (want: Want) => wants.handle(want), logger };
    const handle: PollingOptions['handle'] = (update) => takeUpdate(update, taking);
    const source = { api, handle, logger, onBack: metrics.telegramIsBack, onFatal };
    if (webhook) {
      const opened = await Webhook.open({ ...source, ...webhook, token });
      logger.info({ port: opened.port }, 'The webhook is served');
      return opened;
    }
    // Long polling is refused while a webhook is set.
    await untilTelegramAnswers(() => api.deleteWebhook(), logger);
    return new Polling(source);
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
