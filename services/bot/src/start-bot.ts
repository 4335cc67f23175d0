import type { Broker, Consumer } from '@attrai/broker/broker';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import packageJson from '../package.json' with { type: 'json' };
import type { Bookkeeping } from './bookkeeping.ts';
import { SmallTalk } from './chat/small-talk.ts';
import type { Want } from './chat/wants.ts';
import { Door } from './door.ts';
import { PhotoGate } from './intake/accept-photo.ts';
import { Refusals } from './intake/refusals.ts';
import { IntakeWorker } from './intake/take-photos-in.ts';
import type { Limits } from './limits/limits.ts';
import type { RequestRate } from './limits/request-rate.ts';
import { type BotMetrics, NO_METRICS } from './metrics.ts';
import { Placeholders } from './progress/placeholders.ts';
import { Progress } from './progress/progress.ts';
import type { RedisTroubles } from './redis/redis-troubles.ts';
import type { UnsureFaces } from './replies/adults-button.ts';
import { AlbumRanking } from './replies/album-ranking.ts';
import { OverdueWatch } from './replies/overdue-watch.ts';
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
import { takeUpdate } from './telegram/take-update.ts';
import { TelegramApi, type TelegramApiOptions } from './telegram/telegram-api.ts';
import { type Patience, untilTelegramAnswers } from './telegram/until-telegram-answers.ts';
import type { UpdateSource } from './telegram/update-source.ts';
import { Webhook, type WebhookAddress } from './telegram/webhook.ts';
import { LANGUAGES } from './texts/language.ts';
import { TEXTS } from './texts/languages.ts';
import { WantHandler } from './want-handler.ts';

export interface BotParts extends Omit<TelegramApiOptions, 'onBusy' | 'onFilesProblem'> {
  /** Telegram brings updates here. Without it the bot polls. */
  webhook?: WebhookAddress | undefined;
  broker: Broker;
  photoStore: PhotoStore;
  /** A volume of the bot's own: pictures that came inside a message wait there until they are sent. */
  inbox: PhotoStore;
  jobs: Bookkeeping['jobs'];
  book: RequestBook<Envelope>;
  albums: AlbumScores;
  requestRate: Pick<RequestRate, 'take'>;
  troubles: Pick<RedisTroubles, 'note'>;
  /** Ids of users and chats that may use the bot. Without it all may. */
  allowed?: ReadonlySet<string> | undefined;
  /** Ids of users who may use the bot and /stats. */
  admins?: ReadonlySet<string>;
  /** `ask` if it isn't given. */
  unsureFaces?: UnsureFaces;
  limits: Limits;
  logger: Logger;
  metrics?: BotMetrics;
  /** Ends a start that still waits for Telegram. */
  signal?: AbortSignal | undefined;
  /** Gets the reason why the start waits for Telegram; undefined when the wait is over. */
  onWaiting?: Patience['onWaiting'];
  /** The bot can't go on: the process must exit. */
  onFatal(error: unknown): void;
}

const PRIVACY_ON =
  'Group privacy is on: in groups the bot gets commands such as /score and replies to its own messages, and all messages only where it is an administrator';
const PRIVACY_OFF = 'Group privacy is off: the bot gets all messages of its groups, mentions among them';

/**
 * Starts the bot on its parts. Waits for Telegram as long as it takes.
 *
 * @throws FatalError `token_refused`, `telegram_refused`, `port_unavailable`. When `signal` is aborted, its reason. Then nothing
 * is left running.
 */
export async function startBot(parts: BotParts): Promise<RunningBot> {
  const { token, webhook, broker, photoStore, inbox, jobs, book, requestRate, troubles, limits, logger } = parts;
  const { unsureFaces = 'ask', allowed, admins = new Set<string>(), signal, onWaiting, onFatal } = parts;
  const tally = new Tally();
  const metrics = tally.countedBy(parts.metrics ?? NO_METRICS);
  const replies = jobs.replies;
  const stop = new AbortController();
  const stopping = stop.signal;
  // Stops what was started, the last first: also when the start fails.
  await using opened = new AsyncDisposableStack();

  // Telegram
  const pace = new TelegramPace({ logger, stopping });
  const api = new TelegramApi({
    ...parts,
    onBusy: (chatId, ms) => pace.hold(chatId, ms),
    onFilesProblem: (problem) => logger.error(problem),
  });
  const chat = api;
  const patience: Patience = { logger, signal, onWaiting };
  const me = await untilTelegramAnswers(() => api.getMe(), patience);
  // Long polling is refused while a webhook is set.
  if (!webhook) await untilTelegramAnswers(() => api.deleteWebhook(), patience);
  const { username, can_read_all_group_messages: readsAllInGroups = false } = me;

  // What is said beside the answers
  const smallTalk = new SmallTalk({ chat, pace, logger });
  opened.defer(() => smallTalk.finish());
  const refusals = new Refusals(smallTalk, limits);
  opened.defer(() => refusals.sayAll());
  const folders = { photoStore, inbox };
  const sweeper = new Sweeper({ stores: [photoStore, inbox], book, afterMs: limits.deadlineSeconds * 1000, logger });
  const progress = new Progress({ chat, pace, book, logger });
  opened.defer(async () => void (await Promise.all([progress.stop(), sweeper.stop()])));
  const placeholders = new Placeholders({ chat, pace, book, progress, smallTalk, logger, stopping });
  const ranking = new AlbumRanking({ albums: parts.albums, smallTalk, troubles, logger, stopping });

  // From a photo to an answer
  const common = { ...folders, book, progress, placeholders, ranking, limits, logger, metrics, stopping };
  opened.defer(() => replies.close());
  replies.run(new ReplySender({ ...common, chat, pace, smallTalk, unsureFaces }));
  jobs.intake.run(new IntakeWorker({ ...common, chat, broker, replies }));
  const consumers: Consumer[] = [];
  opened.defer(async () => {
    const finished = consumers.map((consumer) => consumer.stop());
    await Promise.all([...finished, jobs.intake.close(), placeholders.stop()]);
  });
  const results = await new ResultTaker({ ...common, replies }).start(broker);
  consumers.push(results);
  const deadLetters = await new DeadLetterTaker({ ...common, broker, replies }).start();
  consumers.push(deadLetters);
  opened.defer(() => ranking.stop());
  const overdueWatch = new OverdueWatch({ book, replies, troubles });
  opened.defer(() => overdueWatch.stop());

  // From an update to a photo
  const gate = new PhotoGate({ ...common, requestRate, troubles, intake: jobs.intake });
  const naming = { token, username, readsAllInGroups };
  const stats = { admins, broker, tally, version: packageJson.version };
  const wants = new WantHandler({ ...common, ...naming, ...stats, gate, smallTalk, refusals, unsureFaces });
  const door = new Door({ allowed, admins, smallTalk, inside: (want) => wants.handle(want) });
  let updates: UpdateSource | undefined;
  opened.defer(async () => {
    stop.abort();
    await updates?.stop();
  });
  const taking = { me, handle: (want: Want) => door.handle(want), logger };
  const handle: PollingOptions['handle'] = (update) => takeUpdate(update, taking);
  const source = { api, handle, logger, onBack: () => metrics.telegramIsBack(), onFatal };
  updates = webhook ? await Webhook.open({ ...source, ...patience, ...webhook, token }) : new Polling(source);

  void introduce(profiles(), { api: api.bot, logger, stopping });
  logger.info({ username }, 'Listening');
  logger.info(readsAllInGroups ? PRIVACY_OFF : PRIVACY_ON);
  return new RunningBot({ username, updates, files: api.files, results, deadLetters, started: opened.move() });
}

/** One for each language, and one in English for all other languages. */
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
