import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from '@attrai/broker/broker';
import { connectBroker } from '@attrai/broker/connect-broker';
import { EmbeddedBroker } from '@attrai/broker/embedded-broker';
import { FinalError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import type { DrawnFace, EstimateResult, Outcome } from '@attrai/contracts/result';
import { openPhotoStore } from '@attrai/photo-store/open-photo-store';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import { createVolumeStore } from '@attrai/photo-store/volume-store';
import { startSandbox } from '@attrai/sandbox/sandbox';
import { createLogger } from '@attrai/telemetry/logger';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect } from 'vitest';
import { type Bookkeeping, bookkeepingInMemory, bookkeepingOnRedis } from '../src/bookkeeping.ts';
import type { Limits } from '../src/limits/limits.ts';
import type { RunningBot } from '../src/running-bot.ts';
import { type BotParts, startBot } from '../src/start-bot.ts';
import { type ChatPage, chatPage } from './chat-page.ts';
import { png } from './png.ts';

const TOKEN = '123456789:AAH-secret-of-the-test-run_0123456789ab';

export const PHOTO = png(200, 100, 60);
export const PICTURE = png(200, 100, 200);
export const TWO_FACES: Extract<Outcome, { kind: 'scored' }>['faces'] = [
  { box: [1, 2, 30, 40], score: 6.3, confidence: 'high' },
  { box: [50, 2, 80, 40], score: 5.1, confidence: 'low' },
];

export const UNSURE: DrawnFace = { box: [100, 2, 130, 40], row: 0, score: null, unscored: 'unsure' };
export const CHILD: DrawnFace = { ...UNSURE, box: [150, 2, 180, 40], unscored: 'child' };

export const LIMITS: Limits = {
  maxPhotoBytes: 1_000_000,
  minPhotoSide: 64,
  maxActivePerUser: 3,
  requestsPerWindow: 100,
  windowSeconds: 60,
  deadlineSeconds: 600,
};

/** What the stand-in for the estimator does with a photo; undefined: it keeps silent. */
export type Estimate = (request: EstimateRequest, photo: Buffer) => Promise<Outcome['kind'] | undefined>;

export interface WorldOptions {
  limits?: Partial<Limits>;
  store?: 'volume' | 'message';
  estimate?: Estimate;
  /** In a photo that is `scored`. */
  faces?: (request: EstimateRequest) => DrawnFace[];
  /** Whether the estimator, of another version, refuses to read it. */
  refuses?: (request: EstimateRequest) => boolean;
  /** Puts something between the bot and its parts. */
  bend?: (parts: BotParts) => BotParts;
  /** Real servers instead of stand-ins. */
  amqpUrl?: string;
  redisUrl?: string;
}

/** The bot with everything around it: sandbox, broker, stores, and a stand-in for the estimators. */
export interface World extends AsyncDisposable {
  page: ChatPage;
  bot: RunningBot;
  broker: Broker;
  bookkeeping: Bookkeeping;
  photoStore: PhotoStore;
  inbox: PhotoStore;
  inboxDir: string;
  /** Log lines of the bot. */
  lines: string[];
  /** Log lines of the broker. */
  brokerLines: string[];
  fatal: unknown[];
  /** Requests that came to the estimator. */
  requests: EstimateRequest[];
  publishResult(request: EstimateRequest, kind: Outcome['kind']): Promise<void>;
  /** By the bot; in a private chat the user's own too. */
  deleteMessage(chatId: number, messageId: number): Promise<void>;
  /** Fails unless, soon, no request is in work, no photo stored, no job there and no message waiting. */
  untilNothingIsLeft(): Promise<void>;
  /** Stops the bot and starts it again on the same parts; jobs and requests only stay on Redis. */
  restartBot(): Promise<void>;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { store = 'volume', estimate = async () => 'scored', faces = () => TWO_FACES } = options;
  const { refuses = () => false, bend = (parts) => parts, amqpUrl, redisUrl } = options;
  const limits = { ...LIMITS, ...options.limits };
  const dir = await mkdtemp(join(tmpdir(), 'attrai-bot-'));
  const lines: string[] = [];
  const fatal: unknown[] = [];
  const requests: EstimateRequest[] = [];
  const closing = Promise.withResolvers<undefined>();
  const onFatal = (error: unknown) => void fatal.push(error);
  const logger = createLogger({
    service: 'bot',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });

  const sandbox = await startSandbox({ port: 0, token: TOKEN });
  const photoStore = await openPhotoStore(store, join(dir, 'photos'));
  const inboxDir = join(dir, 'inbox');
  const inbox = await createVolumeStore(inboxDir);
  const brokerLines: string[] = [];
  const brokerLogger = createLogger({
    service: 'broker',
    destination: { write: (line) => void brokerLines.push(line) },
  });
  const broker = amqpUrl
    ? await connectBroker({ url: amqpUrl, logger: brokerLogger, onFatal })
    : new EmbeddedBroker({ logger: brokerLogger });

  const keepBooks = async () =>
    redisUrl
      ? await bookkeepingOnRedis(redisUrl, { limits, logger, onFatal })
      : bookkeepingInMemory({ limits, logger, onFatal });
  const start = async (bookkeeping: Bookkeeping) => {
    const { book, albums, jobs, requestRate, troubles } = bookkeeping;
    const { apiRoot, token } = sandbox;
    const parts = { broker, photoStore, inbox, book, albums, jobs, requestRate, troubles, limits, logger, onFatal };
    return startBot(bend({ ...parts, token, apiRoot }));
  };
  let bookkeeping = await keepBooks();
  let bot = await start(bookkeeping);

  async function publishResult(request: EstimateRequest, kind: Outcome['kind']): Promise<void> {
    const { id, replyTo, acceptedAt, deadline } = request;
    const parcel = kind === 'scored' ? await photoStore.put(`${id}.picture`, PICTURE) : undefined;
    const outcome: Outcome = parcel
      ? { kind: 'scored', picture: parcel.ref, faces: faces(request) }
      : { kind: kind as 'failed' };
    const json: EstimateResult = { v: 1, id, replyTo, acceptedAt, deadline, outcome, workMs: 1 };
    await broker.publish(AFTER_ESTIMATE, { json, ...(parcel?.attachment && { attachment: parcel.attachment }) });
    await photoStore.delete(request.photo);
  }

  await broker.consume(TO_ESTIMATE, 1, async ({ json, attachment }) => {
    const request = estimateRequest.parse(json);
    if (refuses(request)) throw new FinalError('malformed_message', 'Not a message of to_estimate');
    requests.push(request);
    const photo = await photoStore.get({ ref: request.photo, ...(attachment && { attachment }) });
    const kind = await Promise.race([estimate(request, photo), closing.promise]);
    if (kind !== undefined) await publishResult(request, kind);
  });

  async function whatIsLeft() {
    const { book, jobs } = bookkeeping;
    return {
      photos: await photoStore.keys(),
      inbox: await inbox.keys(),
      requests: await book.total(),
      intake: await jobs.intake.counts(),
      replies: await jobs.replies.counts(),
      messages: await Promise.all(
        [TO_ESTIMATE, AFTER_ESTIMATE, TO_ESTIMATE_DEAD].map((queue) => broker.depth(queue as typeof TO_ESTIMATE)),
      ),
    };
  }
  const none = { waiting: 0, active: 0, delayed: 0 };
  const nothing = { photos: [], inbox: [], requests: 0, intake: none, replies: none, messages: [0, 0, 0] };

  return {
    page: chatPage(sandbox.url),
    get bot() {
      return bot;
    },
    get bookkeeping() {
      return bookkeeping;
    },
    broker,
    photoStore,
    inbox,
    inboxDir,
    lines,
    brokerLines,
    fatal,
    requests,
    publishResult,

    async deleteMessage(chatId, messageId) {
      const url = `${sandbox.apiRoot}/bot${TOKEN}/deleteMessage?chat_id=${chatId}&message_id=${messageId}`;
      expect((await fetch(url)).status).toBe(200);
    },

    async untilNothingIsLeft() {
      let left: unknown;
      const isNothing = async () => {
        left = await whatIsLeft();
        return JSON.stringify(left) === JSON.stringify(nothing);
      };
      await waitUntil('', isNothing).catch(() => expect(left).toEqual(nothing));
    },

    async restartBot() {
      await bot.stop();
      await bookkeeping.close();
      bookkeeping = await keepBooks();
      bot = await start(bookkeeping);
    },

    async [Symbol.asyncDispose]() {
      closing.resolve(undefined);
      await bot.stop();
      await broker.close();
      await bookkeeping.close();
      await sandbox.close();
      await rm(dir, { recursive: true, force: true });
      // Neither the token nor anything that had to be blackened in its place.
      for (const line of lines) expect(line).not.toMatch(/secret-of-the-test|\[redacted\]/);
    },
  };
}
