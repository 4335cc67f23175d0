import { EmbeddedBroker } from '@attrai/broker/embedded-broker';
import { spoilt } from '@attrai/contracts/test/arbitrary-messages';
import { createMessageStore } from '@attrai/photo-store/message-store';
import { createLogger } from '@attrai/telemetry/logger';
import fc, { type Arbitrary } from 'fast-check';
import type { Update } from 'telegraf/types';
import { beforeEach, expect, test } from 'vitest';
import type { Chat } from '../src/chat/chat.ts';
import { SmallTalk } from '../src/chat/small-talk.ts';
import { PhotoGate } from '../src/intake/accept-photo.ts';
import type { IntakeJob } from '../src/intake/intake-job.ts';
import { Refusals } from '../src/intake/refusals.ts';
import { MemoryJobQueue } from '../src/jobs/memory-job-queue.ts';
import { RequestRate } from '../src/limits/request-rate.ts';
import { NO_METRICS } from '../src/metrics.ts';
import type { Envelope } from '../src/requests/envelope.ts';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';
import { replyTo } from '../src/requests/reply-to.ts';
import { Tally } from '../src/tally.ts';
import { takeUpdate } from '../src/telegram/take-update.ts';
import { WantHandler } from '../src/want-handler.ts';
import { bent } from './bent.ts';
import { LIMITS } from './world.ts';

const BOT_ID = 5;
const words = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '/start',
    '/help@face_bot',
    '/privacy',
    '/score',
    '/cancel',
    '/nothing',
    '@face_bot',
    'hi @face_bot',
    '\u202e/start',
  ),
);
const size = fc.record({
  file_id: fc.string({ minLength: 1 }),
  width: fc.nat(9_000),
  height: fc.nat(9_000),
  file_size: fc.nat(3_000_000),
});
const user = fc.record({
  id: fc.integer({ min: 1 }),
  is_bot: fc.constantFrom(false, false, false, true),
  first_name: fc.string(),
  language_code: fc.constantFrom('en', 'ru-RU', 'es', 'de', 'xx', '', '-'),
});
const file = fc.record(
  {
    file_id: fc.string({ minLength: 1 }),
    file_name: fc.oneof(fc.string(), fc.constantFrom('a.jpg', '../../etc/a.png', 'a.heic', 'a.jpg\0.exe')),
    mime_type: fc.oneof(
      fc.string(),
      fc.constantFrom('image/jpeg', 'image/webp', 'image/svg+xml', 'image/gif', 'video/mp4'),
    ),
    file_size: fc.nat(30_000_000),
  },
  { requiredKeys: ['file_id'] },
);
const content = fc.oneof<Arbitrary<object>[]>(
  fc.record({ photo: fc.array(size), caption: words }),
  fc.record({ photo: fc.array(size), media_group_id: fc.string() }),
  fc.record({ document: file, caption: words }),
  fc.record({
    text: words,
    entities: fc.array(fc.record({ type: fc.constant('bot_command'), offset: fc.integer(), length: fc.integer() })),
  }),
  fc.record({ sticker: fc.object() }),
  fc.record({ new_chat_members: fc.array(user) }),
  fc.object(),
);
const message = fc
  .tuple(
    fc.record({
      message_id: fc.integer(),
      date: fc.integer(),
      chat: fc.record({
        id: fc.integer(),
        type: fc.constantFrom('private', 'private', 'private', 'group', 'supergroup', 'channel'),
      }),
      from: user,
    }),
    content,
  )
  .map(([envelope, what]) => ({ ...envelope, ...what }));
const goodUpdate = fc.record({ update_id: fc.integer(), message });
const otherUpdate = fc.record({ update_id: fc.integer(), edited_message: message, callback_query: fc.object() });
/** Mostly of the sender of the photo. */
const goodPress = fc
  .tuple(message, message, user, fc.constantFrom(true, true, false))
  .map(([answer, photo, other, own]) => ({
    update_id: 1,
    callback_query: {
      id: '77',
      from: own ? photo.from : other,
      chat_instance: 'x',
      data: 'adults',
      message: { ...answer, reply_to_message: photo },
    },
  }));
const anyUpdate: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: goodUpdate },
  { weight: 6, arbitrary: spoilt(goodUpdate) },
  { weight: 2, arbitrary: goodPress },
  { weight: 3, arbitrary: spoilt(goodPress) },
  otherUpdate,
  fc.jsonValue(),
);

const silent = createLogger({ service: 'test', level: 'silent' });
let said: string[];
let jobs: IntakeJob[];

/** A listener whose every user is below the limits. */
function listen() {
  const intake = new MemoryJobQueue<IntakeJob>({ onFatal() {} });
  const noted = bent(intake, {
    async add(id, job) {
      jobs.push(job);
      await intake.add(id, job);
    },
  });
  const gate = {
    book: new MemoryRequestBook<Envelope>(),
    requestRate: RequestRate.inMemory({ requests: 1_000_000, windowSeconds: 60 }),
    intake: noted,
    troubles: { note() {} },
    limits: { ...LIMITS, maxActivePerUser: 1_000_000 },
    logger: silent,
    placeholders: { watch() {} },
    stopping: new AbortController().signal,
    metrics: NO_METRICS,
  };
  const me = { id: BOT_ID, username: 'face_bot' };
  const chat = bent({} as Chat, {
    async send(_, text) {
      said.push(text);
      return '1';
    },
    async answerPress(_, text) {
      said.push(text);
    },
  });
  const smallTalk = new SmallTalk({ chat, pace: { async soon() {} }, logger: silent });
  const refusals = new Refusals(smallTalk, LIMITS);
  const folder = createMessageStore();
  const wants = new WantHandler({
    ...gate,
    token: '1:token',
    username: me.username,
    readsAllInGroups: false,
    gate: new PhotoGate(gate),
    smallTalk,
    refusals,
    progress: { async settle() {} },
    ranking: { async joined() {}, async ended() {} },
    photoStore: folder,
    inbox: folder,
    unsureFaces: 'ask',
    admins: new Set(),
    broker: new EmbeddedBroker(),
    tally: new Tally(),
    version: '1.0.0',
  });
  return async (update: Update) => {
    await takeUpdate(update, { me, handle: (want) => wants.handle(want), logger: silent });
    refusals.sayAll();
    // It is said when it is its turn.
    await new Promise(setImmediate);
  };
}

interface Sent {
  photo?: unknown[];
  document?: object;
}

function isUser({ from }: { from?: { id?: unknown } }): boolean {
  return Number.isSafeInteger(from?.id);
}

beforeEach(() => {
  said = [];
  jobs = [];
});

test('whatever update comes, handling it never throws, says one thing at the most, and only a photo makes a job', async () => {
  const handle = listen();
  const seen = { said: 0, jobs: 0, pressed: 0, neither: 0 };
  await fc.assert(
    fc.asyncProperty(anyUpdate, async (update) => {
      said = [];
      jobs = [];
      await handle(update as Update);
      const press = (update as { callback_query?: { id?: unknown; from?: { id?: unknown } } } | null)?.callback_query;
      // One that makes a job is answered besides, as is any that can be told from others.
      if (press) expect(said.length).toBeGreaterThanOrEqual(jobs.length);
      if (press?.id === '77' && isUser(press)) expect(said).toHaveLength(1);
      expect(press ? said.length : said.length + jobs.length).toBeLessThanOrEqual(1);
      expect(jobs.length).toBeLessThanOrEqual(1);
      for (const text of said) expect(text.trim()).not.toBe('');
      for (const job of jobs) {
        expect(replyTo.safeParse(job.replyTo).error).toBeUndefined();
        expect(typeof job.fileId).toBe('string');
        const sent = update as { message: Sent; callback_query: { message: { reply_to_message: Sent } } };
        const { photo, document } = press ? sent.callback_query.message.reply_to_message : sent.message;
        expect(photo?.length || document).toBeTruthy();
      }
      seen[jobs.length > 0 ? (press ? 'pressed' : 'jobs') : said.length > 0 ? 'said' : 'neither'] += 1;
    }),
    { numRuns: 4_000 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
});
