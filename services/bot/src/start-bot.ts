import type { Broker } from '@attrai/broker/broker';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import packageJson from '../package.json' with { type: 'json' };
import { SmallTalk } from './chat/small-talk.ts';
import type { Want } from './chat/wants.ts';
import { Door } from './door.ts';
import { PhotoGate } from './intake/accept-photo.ts';
import type { IntakeJob } from './intake/intake-job.ts';
import { Refusals } from './intake/refusals.ts';
import { IntakeWorker } from './intake/take-photos-in.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import type { Limits } from './limits/limits.ts';
import type { RequestRate } from './limits/request-rate.ts';
import { type BotMetrics, NO_METRICS } from './metrics.ts';
import { Placeholders } from './progress/placeholders.ts';
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
import { Tally } from './tally.ts';
import { introduce, type Profile } from './telegram/introduce.ts';
import { TelegramPace } from './telegram/pace.ts';
import { Polling, type PollingOptions } from './telegram/polling.ts';
import type { ProxySetting } from './telegram/proxy-setting.ts';
import { takeUpdate } from './telegram/take-update.ts';
import { type FilePlace, TelegramApi } from './telegram/telegram-api.ts';
import { type Patience, untilTelegramAnswers } from './telegram/until-telegram-answers.ts';
import { NO_UPDATES, type UpdateSource } from './telegram/update-source.ts';
import { Webhook, type WebhookAddress } from './telegram/webhook.ts';
import { LANGUAGES } from './texts/language.ts';
import { TEXTS } from './texts/languages.ts';
import { WantHandler } from './want-handler.ts';

export interface BotParts {
  token: string;
  /** Another Bot API server than Telegram's own. */
  apiRoot?: string | undefined;
  /** All that goes to Telegram goes through it. */
  proxy?: ProxySetting | undefined;
  /** Where files are had if not from the Bot API server. */
  files?: FilePlace | undefined;
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
  /** Ids of users and chats that may use the bot; all may if it isn't given. */
  allowed?: ReadonlySet<string> | undefined;
  /** Ids of users who may use the bot and ask it how it is. */
  admins?: ReadonlySet<string>;
  /** `ask` if it isn't given. */
  unsureFaces?: UnsureFaces;
  limits: Limits;
  logger: Logger;
  metrics?: BotMetrics;
  /** Ends a start that still waits for Telegram. */
  signal?: AbortSignal | undefined;
  /** Why the start waits for Telegram; undefined when it does no more. */
  onWaiting?: Patience['onWaiting'];
  /** The bot can't go on: the process should exit. */
  onFatal(error: unknown): void;
}

const PRIVACY_ON =
  'Group privacy is on: in groups the bot gets commands such as /score and replies to its own messages, and all messages only where it is an administrator';
const PRIVACY_OFF = 'Group privacy is off: the bot gets all messages of its groups, mentions among them';

/**
 * Starts the bot on its parts. Waits for Telegram as long as it takes.
 *
 * @throws FatalError `token_refused`, `telegram_refused`, `port_unavailable`. When `signal` is aborted, its reason, and nothing is
 * left running.
 */
export async function startBot(parts: BotParts): Promise<RunningBot> {
  const { token, webhook, broker, photoStore, inbox, jobs, book, requestRate, troubles, limits, logger } = parts;
  const { unsureFaces = 'ask', allowed, admins = new Set<string>(), signal, onWaiting, onFatal } = parts;
  const metrics = new Tally(parts.metrics ?? NO_METRICS);
  const patience: Patience = { logger, signal, onWaiting };
  const stop = new AbortController();
  const stopping = stop.signal;
  const pace = new TelegramPace({ logger, stopping });
  const api = new TelegramApi({
    ...parts,
    onBusy: (chatId, ms) => pace.hold(chatId, ms),
    onFilesProblem: (problem) => logger.error(problem),
  });
  const chat = api;

  const me = await untilTelegramAnswers(() => api.getMe(), patience);
  // Long polling is refused while a webhook is set.
  if (!webhook) await untilTelegramAnswers(() => api.deleteWebhook(), patience);
  const progress = new Progress({ chat, pace, book, logger });
  const smallTalk = new SmallTalk({ chat, pace, logger });
  const refusals = new Refusals(smallTalk, limits);
  const placeholders = new Placeholders({ chat, pace, book, progress, smallTalk, logger, stopping });
  const folders = { photoStore, inbox };
  const ranking = new AlbumRanking({ albums: parts.albums, smallTalk, troubles, logger, stopping });
  const common = { book, progress, placeholders, ranking, limits, logger, metrics, stopping };
  const replies = jobs.replies;

  replies.run(new ReplySender({ ...common, ...folders, chat, pace, smallTalk, unsureFaces }));
  jobs.intake.run(new IntakeWorker({ ...common, chat, broker, photoStore, replies }));
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
  const stats = { admins, broker, tally: metrics, version: packageJson.version };
  const wants = new WantHandler({ ...common, ...folders, ...naming, ...stats, gate, smallTalk, refusals, unsureFaces });
  const door = new Door({ allowed, admins, smallTalk, inside: (want) => wants.handle(want) });
  const watchers = { overdueWatch, placeholders, progress, ranking, sweeper };
  const others = { username, stop, files: api.files, results, deadLetters, jobs, ...watchers, refusals, smallTalk };
  const updates = await startUpdates().catch(async (error) => {
    await new RunningBot({ ...others, updates: NO_UPDATES }).stop();
    throw error;
  });
  void introduce(profiles(), { api, logger, stopping });
  logger.info({ username }, 'Listening');
  logger.info(readsAllInGroups ? PRIVACY_OFF : PRIVACY_ON);
  return new RunningBot({ ...others, updates });

  async function startUpdates(): Promise<UpdateSource> {
    const taking = { me, handle: (want: Want) => door.handle(want), logger };
    const handle: PollingOptions['handle'] = (update) => takeUpdate(update, taking);
    const source = { api, handle, logger, onBack: () => metrics.telegramIsBack(), onFatal };
    if (webhook) {
      const opened = await Webhook.open({ ...source, ...patience, ...webhook, token });
      logger.info({ port: opened.port }, 'The webhook is served');
      return opened;
    }
    return new Polling(source);
  }
}

/** In each language; what those see whose language the bot doesn't speak is English. */
function profiles(): Profile[] {
  const languages = LANGUAGES.flatMap((language) => (language === 'en' ? [language, undefined] : [language]));
  return languages.map((language) => {
    const { commands, description } = TEXTS[language ?? 'en'];
    return {
      ...(language !== undefined && { language }),
      commands: Object.entries(commands).map(([command, meaning]) => ({ command, description: meaning })),
      description: description.long,
      shortDescription: description.short,
    };
  });
}
