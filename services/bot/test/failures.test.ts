import { RetryableError } from '@attrai/contracts/errors';
import { TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { NO_METRICS } from '../src/metrics.ts';
import type { Envelope } from '../src/requests/envelope.ts';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';
import { bent } from './bent.ts';
import { openWorld, PHOTO, type World } from './world.ts';

const CHAT = 4711;

const pictures = async ({ page }: World) => (await page.fromBot(CHAT)).filter(({ photo_url }) => photo_url);

test('429 is obeyed in intake and in reply: one answer, not before its time', async () => {
  await using world = await openWorld();
  for (const method of ['getFile', 'sendPhoto']) {
    await world.page.break({ method, kind: 'error', error_code: 429, retry_after: 1, times: 1 });
  }
  const started = Date.now();
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /6\.3/);
  expect(Date.now() - started).toBeGreaterThanOrEqual(2_000);
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
  expect((await world.page.stats()).calls).toMatchObject({ getFile: 2, sendPhoto: 2 });
});

test.each(['getFile', 'downloadFile', 'sendPhoto'])('%s answered with 500 is tried again', async (method) => {
  await using world = await openWorld();
  await world.page.break({ method, kind: 'error', error_code: 500, times: 1 });
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
});

test('an answer that was delivered but not confirmed is not sent twice, and its user is told so', async () => {
  await using world = await openWorld();
  await world.page.break({ method: 'sendPhoto', kind: 'drop-after', times: 1 });
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.page.untilSaid(CHAT, /may not have arrived/);
  await world.untilNothingIsLeft();
  expect(await pictures(world)).toHaveLength(1);
  expect((await world.page.stats()).calls.sendPhoto).toBe(1);
});

test('a picture that Telegram refuses is answered in words', async () => {
  await using world = await openWorld();
  const description = 'Bad Request: PHOTO_INVALID_DIMENSIONS';
  await world.page.break({ method: 'sendPhoto', kind: 'error', error_code: 400, description, times: 1 });
  await world.page.send(CHAT, { photo: PHOTO });
  expect(await world.page.untilSaid(CHAT, /6\.3/)).not.toHaveProperty('photo_url');
  await world.untilNothingIsLeft();
});

test.each(['scored', 'no_face'] as const)('a user who blocked the bot leaves nothing behind (%s)', async (kind) => {
  await using world = await openWorld({ estimate: async () => kind });
  for (const method of ['sendMessage', 'sendPhoto']) {
    await world.page.break({ method, kind: 'error', error_code: 403, times: 100 });
  }
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('it was not given up', () => world.lines.some((line) => line.includes('could not be delivered')));
  await world.untilNothingIsLeft();
});

test('a file Telegram has no more is told, and leaves nothing', async () => {
  await using world = await openWorld();
  // From a server that never gave a file, it would be the operator's fault.
  await world.page.send(CHAT + 1, { photo: PHOTO });
  await world.page.untilSaid(CHAT + 1, /6\.3/);
  await world.page.break({ method: 'downloadFile', kind: 'error', error_code: 404, times: 1 });
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /doesn't give me this file any more/);
  await world.untilNothingIsLeft();
});

test('a file that is larger than Telegram said is cut off and refused', async () => {
  await using world = await openWorld({ limits: { maxPhotoBytes: 1_000 } });
  await world.page.send(CHAT, { document: { bytes: Buffer.alloc(900), name: 'a.jpg', type: 'image/jpeg' } });
  await world.page.untilSaid(CHAT, /6\.3/);
  const description = 'Bad Request: file is too big';
  await world.page.break({ method: 'getFile', kind: 'error', error_code: 400, description, times: 1 });
  await world.page.send(CHAT, { document: { bytes: Buffer.alloc(900), name: 'a.jpg', type: 'image/jpeg' } });
  await world.page.untilSaid(CHAT, /This file is too large/);
  await world.untilNothingIsLeft();
});

test('polling goes on after a conflict with another poller, and after errors', async () => {
  await using world = await openWorld();
  for (const error_code of [409, 500, 502]) {
    await world.page.break({ method: 'getUpdates', kind: 'error', error_code, times: 2 });
  }
  await world.page.send(CHAT, { text: '/help' });
  await world.page.untilSaid(CHAT, /The limits/);
  expect(world.fatal).toEqual([]);
});

test('an answer is not sent again because Redis went away right after it', async () => {
  let failures = 2;
  await using world = await openWorld({
    bend: (parts) => ({
      ...parts,
      book: bent(parts.book, {
        async answered(id) {
          if (failures-- > 0) throw new RetryableError('redis_away', 'away');
          return parts.book.answered(id);
        },
      }),
    }),
  });
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(failures).toBeLessThan(0);
  expect(await pictures(world)).toHaveLength(1);
});

test('results wait while Redis is away, and count once', async () => {
  let away = false;
  const waits: number[] = [];
  await using world = await openWorld({
    estimate: async () => {
      away = true;
      return 'scored';
    },
    bend: (parts) => ({
      ...parts,
      metrics: { ...NO_METRICS, took: (stage, ms) => void (stage === 'wait' && waits.push(ms)) },
      book: bent(parts.book, {
        async answerReady(id) {
          if (away) throw new RetryableError('redis_away', 'away');
          return parts.book.answerReady(id);
        },
      }),
    }),
  });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo was not estimated', () => away);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  away = false;
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(waits).toHaveLength(1);
  // Waiting is no failure: none of it counted as a delivery.
  expect(world.brokerLines.filter((line) => line.includes('failed'))).toEqual([]);
});

test('answers to commands obey 429 too', async () => {
  await using world = await openWorld();
  await world.page.break({ method: 'sendMessage', kind: 'error', error_code: 429, retry_after: 2, times: 1 });
  const started = Date.now();
  await world.page.send(CHAT, { text: '/help' });
  await world.page.untilSaid(CHAT, /The limits/);
  expect(Date.now() - started).toBeGreaterThanOrEqual(2_000);
});

test('is ready while results can arrive, and says why when they cannot', async () => {
  await using world = await openWorld();
  expect(world.bot.ready()).toEqual({ ok: true, reasons: [] });
  await world.broker.close();
  expect(world.bot.ready()).toEqual({
    ok: false,
    reasons: ['not consuming after_estimate', 'not consuming to_estimate.dead'],
  });
});

test('photos sent while Redis is away wait at Telegram and are answered once; commands are answered meanwhile', async () => {
  let away = true;
  await using world = await openWorld({
    bend: (parts) => ({
      ...parts,
      book: bent(parts.book, {
        async accept(...args) {
          const acceptance = await parts.book.accept(...args);
          if (away) throw new RetryableError('redis_away', 'away');
          return acceptance;
        },
      }),
    }),
  });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('it was accepted', () => world.lines.some((line) => line.includes('Could not accept a photo')));
  await world.page.send(CHAT, { text: '/help' });
  await world.page.untilSaid(CHAT, /The limits/);
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
  away = false;
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toHaveLength(2);
  await expect.poll(async () => (await world.page.stats()).pending_updates).toBe(0);
});

test('a message that died is told once in the log, however long Redis is away', async () => {
  let failures = 4;
  await using world = await openWorld({
    estimate: async () => undefined,
    bend: (parts) => ({
      ...parts,
      book: bent(parts.book, {
        async answerReady(id) {
          if (failures-- > 0) throw new RetryableError('redis_away', 'away');
          return parts.book.answerReady(id);
        },
      }),
    }),
  });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  await world.broker.publish(TO_ESTIMATE_DEAD, { json: world.requests[0]! });
  await world.page.untilSaid(CHAT, /couldn't finish/);
  await world.untilNothingIsLeft();
  expect(world.lines.filter((line) => line.includes('could not be finished'))).toHaveLength(1);
});

test('a bot that died while it sent a picture sends no second one: its user is told so', async () => {
  const book = new MemoryRequestBook<Envelope>({ sendingMs: 500 });
  await using world = await openWorld({
    estimate: async () => undefined,
    bend: (parts) => ({ ...parts, book }),
  });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  const [request] = world.requests as [World['requests'][0]];
  expect(await book.sending(request.id, { attempt: 'of a dead bot', repeatable: false })).toBe('send');
  await world.publishResult(request, 'scored');
  await world.page.untilSaid(CHAT, /may not have arrived/);
  await world.untilNothingIsLeft();
  expect(await pictures(world)).toEqual([]);
  expect(await book.states([request.id])).toEqual(['answered']);
});

test.each([
  ['fail', { kind: 'error', error_code: 500 }],
  ['go out without a reply', { kind: 'drop-after' }],
  ['meet a gateway that gets no answer', { kind: 'error', error_code: 502 }],
] as const)(
  'a try whose picture went out without a reply, and whose words about that %s, is followed by words alone',
  async (_, fault) => {
    const book = new MemoryRequestBook<Envelope>({ sendingMs: 500 });
    await using world = await openWorld({ bend: (parts) => ({ ...parts, book }) });
    await world.page.break({ method: 'sendPhoto', kind: 'drop-after', times: 1 });
    await world.page.break({ ...fault, method: 'sendMessage', times: 1 });
    await world.page.send(CHAT, { photo: PHOTO });
    await waitUntil('it was not said again', async () => (await world.page.stats()).calls.sendMessage === 2);
    await world.page.untilSaid(CHAT, /may not have arrived/);
    await world.untilNothingIsLeft();
    expect((await world.page.stats()).calls).toMatchObject({ sendPhoto: 1, sendMessage: 2 });
  },
);

test('after an outage of Telegram beyond the deadline a finished answer goes out, and not that its time is over', async () => {
  const finish = Promise.withResolvers<'scored'>();
  await using world = await openWorld({ limits: { deadlineSeconds: 2 }, estimate: () => finish.promise });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  for (const method of ['sendMessage', 'sendPhoto']) {
    await world.page.break({ method, kind: 'error', error_code: 500, times: 1_000 });
  }
  const calls = async (method: string) => (await world.page.stats()).calls[method] ?? 0;
  await waitUntil('the deadline was not tried to be told', async () => (await calls('sendMessage')) > 0);
  finish.resolve('scored');
  await waitUntil('the answer was not tried', async () => (await calls('sendPhoto')) > 0);
  await world.page.mend();
  // The words could go out first.
  await world.page.break({ method: 'sendPhoto', kind: 'error', error_code: 500, times: 2 });
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(JSON.stringify(await world.page.log(CHAT))).not.toContain('within 2 seconds');
});

test.each([
  ['picture', 'scored'],
  ['words', 'no_face'],
] as const)(
  'an answer (%s) that Telegram wants to wait for until long after its deadline is given up: one warning, and nothing is kept',
  async (_, kind) => {
    await using world = await openWorld({ limits: { deadlineSeconds: 60 }, estimate: async () => kind });
    for (const method of ['sendPhoto', 'sendMessage']) {
      await world.page.break({ method, kind: 'error', error_code: 429, retry_after: 365, times: 100 });
    }
    const photos = [await world.page.send(CHAT, { photo: PHOTO }), await world.page.send(CHAT, { photo: PHOTO })];
    const warnings = () => world.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    await waitUntil('they were not given up', () => warnings().length === photos.length);
    await world.untilNothingIsLeft();
    const said = warnings().map(({ msg, code, requestId }) => ({ msg, code, requestId }));
    const ids = world.requests.map(({ id }) => id);
    const about = { msg: 'Gave up answering', code: 'wait_too_long' };
    expect(said).toEqual(expect.arrayContaining(ids.map((requestId) => ({ ...about, requestId }))));
    expect(await world.page.fromBot(CHAT)).toEqual([]);
  },
);

test('a photo whose file Telegram wants to wait for until after its deadline is told at the deadline, and nothing is kept', async () => {
  await using world = await openWorld({ limits: { deadlineSeconds: 2 } });
  await world.page.break({ method: 'getFile', kind: 'error', error_code: 429, retry_after: 365, times: 100 });
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /within 2 seconds/);
  await world.untilNothingIsLeft();
});

test('an answer that Telegram wants to wait for until shortly after its deadline waits', async () => {
  await using world = await openWorld({ limits: { deadlineSeconds: 60 } });
  await world.page.break({ method: 'sendPhoto', kind: 'error', error_code: 429, retry_after: 355, times: 1 });
  await world.page.send(CHAT, { photo: PHOTO });
  const { replies } = world.bookkeeping.jobs;
  await waitUntil('it does not wait', async () => (await replies.counts()).delayed === 1);
  expect(await world.bookkeeping.book.total()).toBe(1);
});

test('a stop waits for no pause of an answer that is to be tried again', async () => {
  await using world = await openWorld();
  await world.page.break({ method: 'sendMessage', kind: 'error', error_code: 429, retry_after: 29, times: 1 });
  await world.page.send(CHAT, { text: '/help' });
  await waitUntil('it was not tried', async () => (await world.page.stats()).calls.sendMessage === 1);
  await expect.poll(() => world.bot.ready().ok).toBe(true);
  const stopped = world.bot.stop().then(() => 'stopped');
  const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'late'));
  expect(await Promise.race([stopped, late])).toBe('stopped');
});
