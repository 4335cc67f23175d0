import { waitUntil } from '@attrai/test-servers/wait-until';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BookTiming, isLive, type NewRequest, type RequestBook } from '../src/requests/request-book.ts';
import { BookModel, steps, takeOn, viewOfBook } from './request-book.model.ts';

export interface Envelope {
  language: string;
  topic?: number;
}

/** Gives an empty book. */
export type OpenBook = (timing?: Partial<BookTiming>) => Promise<RequestBook<Envelope>>;

const ANNA = '11';
const BORIS = '22';
const LIMITS = { maxActivePerUser: 2 };
const MANY = { maxActivePerUser: 1_000 };
/** Nobody waits for results that outlived an outage. */
const AT_ONCE = { settleMs: 0 };
/** A sender is dead as soon as somebody else asks. */
const DEAD = { sendingMs: 0 };

const soon = () => Date.now() + 60_000;
const ago = (ms: number) => Date.now() - ms;
const EDIT = (attempt: string) => ({ attempt, repeatable: true });
const NEW_MESSAGE = (attempt: string) => ({ attempt, repeatable: false });
const EXPIRED = (attempt: string) => ({ attempt, repeatable: true, expired: true });
const idsOf = (requests: { id: string }[]) => requests.map(({ id }) => id);

function requestOf(user: string | number, id: string, deadline = soon()): NewRequest<Envelope> {
  const ids = { id, userId: String(user), chatId: '-1001234567890123', messageId: '7' };
  return { ...ids, deadline, envelope: { language: 'en', topic: 3 } };
}

/** What every request book promises. Where a step takes long, fewer `propertyRuns` do. */
export function describeRequestBook(name: string, open: OpenBook, propertyRuns: number): void {
  describe(`request book ${name}`, () => {
    describe('accepting', () => {
      test('an update that comes twice is one request, whatever has become of it', async () => {
        const book = await open();
        const again = () => book.accept(requestOf(ANNA, 'a1'), LIMITS);
        const answers = await Promise.all(Array.from({ length: 10 }, again));
        expect(answers.filter(({ kind }) => kind === 'accepted')).toEqual([{ kind: 'accepted', place: 1 }]);
        expect(await book.total()).toBe(1);
        expect(await again()).toEqual({ kind: 'already', state: 'accepted' });
        await book.published('a1');
        expect(await again()).toEqual({ kind: 'already', state: 'published' });
        await book.sending('a1', EDIT('x'));
        expect(await again()).toEqual({ kind: 'already', state: 'sending' });
        await book.answered('a1');
        expect(await again()).toEqual({ kind: 'already', state: 'answered' });
        await book.accept(requestOf(ANNA, 'a2'), LIMITS);
        await book.cancel(ANNA);
        expect(await book.accept(requestOf(ANNA, 'a2'), LIMITS)).toEqual({ kind: 'already', state: 'cancelled' });
      });

      test('each user has so many slots, also when many photos come at once', async () => {
        const book = await open();
        const asked = Array.from({ length: 20 }, (_, i) => book.accept(requestOf(ANNA, `a${i}`), LIMITS));
        const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
        expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(2);
        expect(kinds.filter((kind) => kind === 'full')).toHaveLength(18);
        expect((await book.accept(requestOf(BORIS, 'b1'), LIMITS)).kind).toBe('accepted');
        expect(await book.total()).toBe(3);
      });

      test('a request that is known is known also when the slots are full, and one that was refused is not', async () => {
        const book = await open();
        for (const id of ['a1', 'a2']) await book.accept(requestOf(ANNA, id), LIMITS);
        expect((await book.accept(requestOf(ANNA, 'a1'), LIMITS)).kind).toBe('already');
        expect(await book.accept(requestOf(ANNA, 'a3'), LIMITS)).toEqual({ kind: 'full' });
        expect(await book.states(['a3'])).toEqual([undefined]);
        await book.answered('a1');
        expect((await book.accept(requestOf(ANNA, 'a3'), LIMITS)).kind).toBe('accepted');
      });

      test('an acceptance that is taken back leaves nothing, and only what is accepted can be taken back', async () => {
        const book = await open();
        for (const id of ['a1', 'a2']) await book.accept(requestOf(ANNA, id), LIMITS);
        await book.published('a2');
        for (const id of ['a1', 'a1', 'a2', 'unknown']) await book.forget(id);
        expect(await book.states(['a1', 'a2', 'unknown'])).toEqual([undefined, 'published', undefined]);
        expect(await book.places(['a1', 'a2'])).toEqual([undefined, 1]);
        expect(await book.accept(requestOf(ANNA, 'a1'), LIMITS)).toEqual({ kind: 'accepted', place: 2 });
      });

      test('a slot frees itself at the deadline, and its request is still unanswered', async () => {
        const book = await open();
        await book.accept(requestOf(ANNA, 'a1', Date.now() + 3_000), LIMITS);
        await book.accept(requestOf(ANNA, 'a2'), LIMITS);
        expect((await book.accept(requestOf(ANNA, 'a3'), LIMITS)).kind).toBe('full');
        await expect.poll(async () => (await book.accept(requestOf(ANNA, 'a3'), LIMITS)).kind).toBe('accepted');
        expect(await book.states(['a1'])).toEqual(['accepted']);
        expect(await book.total()).toBe(3);
        await book.answered('a1');
        expect((await book.accept(requestOf(ANNA, 'a4'), LIMITS)).kind).toBe('full');
      });

      test('what was given at acceptance is there to answer with, unchanged', async () => {
        const book = await open();
        const request = requestOf(9_007_199_254_740_991, 'a1');
        const given = structuredClone(request);
        await book.accept(given, LIMITS);
        given.envelope.language = 'changed';
        const found = await book.find('a1');
        expect(found).toEqual({ ...request, state: 'accepted', answerReady: false });
        found!.envelope.language = 'changed';
        await book.placeholderSent('a1');
        expect(await book.find('a1')).toMatchObject({ placeholder: {} });
        await book.placeholderSent('a1', '12');
        await book.answerReady('a1');
        const later = { ...request, state: 'published', placeholder: { id: '12' }, answerReady: true };
        expect(await book.find('a1')).toEqual(later);
      });
    });

    describe('on the way', () => {
      test('a request goes from accepted to published to sending to answered, and never back when a step comes late', async () => {
        const book = await open();
        await book.accept(requestOf(ANNA, 'a1'), LIMITS);
        expect(await book.placeholderSent('a1', '1')).toBe('accepted');
        for (let i = 0; i < 2; i++) expect(await book.published('a1')).toBe('published');
        for (let i = 0; i < 2; i++) expect(await book.answerReady('a1')).toBe('published');
        for (let i = 0; i < 2; i++) expect(await book.sending('a1', NEW_MESSAGE('x'))).toBe('send');
        expect(await book.published('a1')).toBe('sending');
        expect(await book.answerReady('a1')).toBe('sending');
        expect(await book.answered('a1')).toBe(true);
        expect(await book.answered('a1')).toBe(false);
        for (const late of [book.placeholderSent('a1', '2'), book.published('a1'), book.answerReady('a1')]) {
          expect(await late).toBe('answered');
        }
        expect(await book.sending('a1', EDIT('x'))).toBe('answered');
        await book.notSent('a1', 'x');
        expect(await book.states(['a1'])).toEqual(['answered']);
      });

      test('a request nobody knows stays unknown until it is sent or answered', async () => {
        const book = await open();
        for (const step of [book.placeholderSent('lost', '1'), book.published('lost'), book.answerReady('lost')]) {
          expect(await step).toBeUndefined();
        }
        await book.notSent('lost', 'x');
        expect(await book.states(['lost'])).toEqual([undefined]);
        expect(await book.find('lost')).toBeUndefined();
        expect(await book.places(['lost'])).toEqual([undefined]);
        expect(await book.answered('lost')).toBe(true);
        expect(await book.answered('lost')).toBe(false);
        expect(await book.total()).toBe(0);
      });

      test('an answer that comes before its photo was noted as published keeps intake from publishing it again', async () => {
        const book = await open();
        await book.accept(requestOf(ANNA, 'a1'), LIMITS);
        expect(await book.answerReady('a1')).toBe('published');
      });

      test('of all who ask one may send a placeholder, and nobody once there is an answer', async () => {
        const book = await open();
        expect(await book.placeholderSending('lost')).toBe(false);
        for (const id of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) await book.accept(requestOf(ANNA, id), MANY);
        const asked = await Promise.all(Array.from({ length: 10 }, () => book.placeholderSending('a1')));
        expect(asked.filter((may) => may)).toHaveLength(1);
        expect(await book.find('a1')).toMatchObject({ placeholder: {} });
        await book.placeholderSent('a1', '7');
        expect(await book.placeholderSending('a1')).toBe(false);
        expect(await book.find('a1')).toMatchObject({ placeholder: { id: '7' } });
        await book.published('a2');
        expect(await book.placeholderSending('a2')).toBe(true);
        await book.answerReady('a3');
        await book.sending('a4', NEW_MESSAGE('x'));
        await book.answered('a5');
        for (const id of ['a3', 'a4', 'a5']) expect(await book.placeholderSending(id)).toBe(false);
        await book.cancel(ANNA);
        expect(await book.placeholderSending('a6')).toBe(false);
      });

      test('what is answered leaves nothing but a mark', async () => {
        const book = await open({ ...AT_ONCE, ...DEAD });
        await book.accept(requestOf(ANNA, 'a1', ago(1_000)), LIMITS);
        await book.placeholderSent('a1', '5');
        await book.sending('a1', NEW_MESSAGE('x'));
        await book.answered('a1');
        expect(await book.find('a1')).toBeUndefined();
        expect(await book.places(['a1'])).toEqual([undefined]);
        expect([await book.overdue(), await book.leftSending(), await book.cancel(ANNA)]).toEqual([[], [], []]);
        expect(await book.total()).toBe(0);
        expect(await book.states(['a1'])).toEqual(['answered']);
      });

      test('photos are needed as long as their request is not over', async () => {
        const book = await open();
        const needed = async () => (await book.states(['a1', 'a2', 'unknown'])).map(isLive);
        await book.accept(requestOf(ANNA, 'a1'), LIMITS);
        await book.accept(requestOf(ANNA, 'a2'), LIMITS);
        expect(await needed()).toEqual([true, true, false]);
        await book.published('a1');
        expect(await needed()).toEqual([true, true, false]);
        await book.sending('a1', EDIT('x'));
        expect(await needed()).toEqual([true, true, false]);
        await book.answered('a1');
        await book.cancel(ANNA);
        expect(await needed()).toEqual([false, false, false]);
      });
    });

    describe('the place', () => {
      test('counts only those before it, in the order of acceptance', async () => {
        const book = await open();
        const ids = ['z', 'm', 'a', 'k', 'b'];
        const places = [];
        for (const [user, id] of ids.entries()) places.push(await book.accept(requestOf(user, id), LIMITS));
        expect(places).toEqual([1, 2, 3, 4, 5].map((place) => ({ kind: 'accepted', place })));
        expect(await book.places(['b', 'z', 'nobody', 'k'])).toEqual([5, 1, undefined, 4]);
        await book.accept(requestOf(ANNA, 'later'), LIMITS);
        expect(await book.places(ids)).toEqual([1, 2, 3, 4, 5]);
      });

      test('moves up when one before it has its answer, is answered or cancelled, but not when one behind it is', async () => {
        const book = await open();
        for (const [user, id] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
          await book.accept(requestOf(user, id), LIMITS);
          await book.published(id);
        }
        const place = async () => (await book.places(['e']))[0];
        await book.answerReady('a');
        expect(await place()).toBe(4);
        await book.sending('a', EDIT('x'));
        await book.answered('a');
        await book.cancel('1');
        expect(await place()).toBe(3);
        await book.sending('c', EDIT('x'));
        await book.notSent('c', 'x');
        expect(await place()).toBe(2);
        await book.answered('f');
        expect(await place()).toBe(2);
        await book.answerReady('e');
        expect(await place()).toBeUndefined();
      });

      test('is right among thousands', async () => {
        const book = await open();
        const ids = Array.from({ length: 3_000 }, (_, i) => `r${i}`);
        for (let i = 0; i < ids.length; i += 500) {
          await Promise.all(
            ids.slice(i, i + 500).map((id) => book.accept(requestOf(ANNA, id), { maxActivePerUser: 9_999 })),
          );
        }
        await Promise.all(ids.filter((_, i) => i % 3 === 0).map((id) => book.answerReady(id)));
        const left = ids.filter((_, i) => i % 3 !== 0);
        expect(await book.places(left)).toEqual(left.map((_, i) => i + 1));
      });
    });

    describe('sending', () => {
      const published = async (book: RequestBook<Envelope>, ...ids: string[]) => {
        for (const id of ids) {
          await book.accept(requestOf(ANNA, id), MANY);
          await book.published(id);
        }
      };

      test('two bots never both may send', async () => {
        const book = await open();
        await published(book, 'a1', 'a2');
        const sendBy = (how: typeof EDIT) => (_: unknown, i: number) => book.sending('a1', how(`bot ${i}`));
        const answers = await Promise.all(Array.from({ length: 20 }, sendBy(NEW_MESSAGE)));
        expect(answers.filter((answer) => answer === 'send')).toHaveLength(1);
        expect(answers.filter((answer) => answer === 'busy')).toHaveLength(19);
        expect(await book.sending('a2', EDIT('x'))).toBe('send');
        expect(await book.sending('a2', EDIT('y'))).toBe('busy');
      });

      test('a try whose permission got lost on the way gets it again, as long as nobody has followed', async () => {
        const book = await open();
        await published(book, 'a1');
        for (let i = 0; i < 3; i++) expect(await book.sending('a1', NEW_MESSAGE('x'))).toBe('send');
      });

      test('what Telegram refused may be sent again, by whoever comes first', async () => {
        const book = await open();
        await published(book, 'a1');
        for (const attempt of ['x', 'y', 'x']) {
          expect(await book.sending('a1', NEW_MESSAGE(attempt))).toBe('send');
          for (let i = 0; i < 2; i++) await book.notSent('a1', attempt);
          expect(await book.states(['a1'])).toEqual(['published']);
        }
      });

      test('nobody can take back the try of another', async () => {
        const book = await open();
        await published(book, 'a1');
        await book.sending('a1', NEW_MESSAGE('x'));
        await book.notSent('a1', 'y');
        expect(await book.sending('a1', NEW_MESSAGE('y'))).toBe('busy');
      });

      test('a bot that dies between recording and sending leaves a request that is found again as unknown', async () => {
        const book = await open(DEAD);
        await published(book, 'a1');
        await book.placeholderSent('a1', '5');
        await book.sending('a1', NEW_MESSAGE('x'));
        const [left, ...others] = await book.leftSending();
        expect(left).toMatchObject({ id: 'a1', chatId: requestOf(ANNA, 'a1').chatId, placeholder: { id: '5' } });
        expect(others).toEqual([]);
        expect(await book.sending('a1', NEW_MESSAGE('y'))).toBe('unknown');
        expect(await book.answered('a1')).toBe(true);
        expect(await book.leftSending()).toEqual([]);
      });

      test('once nobody knows whether the picture went out, nobody sends it any more, whatever becomes of the word about it', async () => {
        const book = await open(DEAD);
        await published(book, 'a1');
        await book.sending('a1', NEW_MESSAGE('x'));
        expect(await book.sending('a1', EDIT('y'))).toBe('unknown');
        expect(await book.sending('a1', EDIT('y'))).toBe('unknown');
        await book.notSent('a1', 'y');
        expect(await book.sending('a1', EDIT('z'))).toBe('unknown');
        expect(await book.sending('a1', NEW_MESSAGE('x'))).toBe('unknown');
      });

      test('an edit of a bot that died is made again', async () => {
        const book = await open(DEAD);
        await published(book, 'a1');
        await book.sending('a1', EDIT('x'));
        expect(await book.sending('a1', EDIT('y'))).toBe('send');
        expect(await book.sending('a1', NEW_MESSAGE('z'))).toBe('send');
      });

      test('a try that edits first and then sends anew counts as one that sent anew, also when it edits after that', async () => {
        for (const last of [NEW_MESSAGE, EDIT]) {
          const book = await open(DEAD);
          await published(book, 'a1');
          for (const call of [EDIT, NEW_MESSAGE, last]) expect(await book.sending('a1', call('x'))).toBe('send');
          expect(await book.sending('a1', EDIT('y'))).toBe('unknown');
        }
      });

      test('a bot that is still at it is not taken for dead', async () => {
        const book = await open();
        await published(book, 'a1');
        await book.sending('a1', NEW_MESSAGE('x'));
        expect(await book.leftSending()).toEqual([]);
        expect(await book.sending('a1', NEW_MESSAGE('y'))).toBe('busy');
      });

      test('a request that Redis lost is sent by one, and once', async () => {
        const book = await open();
        expect(await book.sending('lost', NEW_MESSAGE('x'))).toBe('send');
        expect(await book.sending('lost', NEW_MESSAGE('y'))).toBe('busy');
        expect(await book.states(['lost'])).toEqual(['sending']);
        await book.notSent('lost', 'x');
        expect(await book.sending('lost', EXPIRED('y'))).toBe('send');
        expect(await book.answered('lost')).toBe(true);
        expect(await book.sending('lost', NEW_MESSAGE('z'))).toBe('answered');
      });

      test('a lost request whose bot died is in doubt too, though nobody finds it without its message', async () => {
        const book = await open(DEAD);
        await book.sending('lost', NEW_MESSAGE('x'));
        expect(await book.leftSending()).toEqual([]);
        expect(await book.sending('lost', NEW_MESSAGE('y'))).toBe('unknown');
      });

      test('answers left half sent are handed out a hundred at a time', async () => {
        const book = await open(DEAD);
        const ids = Array.from({ length: 101 }, (_, i) => `r${i}`);
        await published(book, ...ids);
        for (const id of ids) await book.sending(id, EDIT('x'));
        expect(await book.leftSending()).toHaveLength(100);
      });
    });

    describe('a passed deadline', () => {
      test('is told of those who have no answer, the longest overdue first, with all it takes to answer', async () => {
        const book = await open(AT_ONCE);
        const request = requestOf(ANNA, 'a1', ago(1_000));
        await book.accept(request, LIMITS);
        await book.accept(requestOf(ANNA, 'a2'), LIMITS);
        await book.accept(requestOf(BORIS, 'b1', ago(2_000)), LIMITS);
        await book.placeholderSent('b1', '9');
        await book.published('b1');
        const [first, second, ...others] = await book.overdue();
        expect(first).toMatchObject({ id: 'b1', state: 'published', placeholder: { id: '9' } });
        expect(second).toEqual({ ...request, state: 'accepted', answerReady: false });
        expect(others).toEqual([]);
        expect(idsOf(await book.overdue())).toEqual(['b1', 'a1']);
        await book.answered('b1');
        expect(idsOf(await book.overdue())).toEqual(['a1']);
      });

      test('comes by itself', async () => {
        const book = await open(AT_ONCE);
        await book.accept(requestOf(ANNA, 'a1', Date.now() + 2_000), LIMITS);
        expect(await book.sending('a1', EXPIRED('x'))).toBe('not_due');
        await expect.poll(async () => idsOf(await book.overdue())).toEqual(['a1']);
        expect(await book.sending('a1', EXPIRED('x'))).toBe('send');
      });

      test('and a result at once: one of them is sent', async () => {
        const book = await open(AT_ONCE);
        for (const [first, second] of [
          [EXPIRED, EDIT],
          [EDIT, EXPIRED],
        ] as const) {
          const id = `${first === EXPIRED}`;
          await book.accept(requestOf(ANNA, id, ago(1_000)), LIMITS);
          expect(await book.sending(id, first('x'))).toBe('send');
          expect(await book.overdue()).toEqual([]);
          expect(await book.sending(id, second('y'))).toBe('busy');
          await book.answered(id);
          expect(await book.sending(id, second('y'))).toBe('answered');
        }
      });

      test('never overtakes an answer that is ready, also when it was about to be told or could not be told before', async () => {
        const book = await open(AT_ONCE);
        await book.accept(requestOf(ANNA, 'a1', ago(1_000)), LIMITS);
        await book.accept(requestOf(ANNA, 'a2', ago(1_000)), LIMITS);
        expect(await book.sending('a2', EXPIRED('x'))).toBe('send');
        for (const id of ['a1', 'a2']) await book.answerReady(id);
        await book.notSent('a2', 'x');
        expect(await book.overdue()).toEqual([]);
        for (const id of ['a1', 'a2']) {
          expect(await book.sending(id, EXPIRED('x'))).toBe('not_due');
          expect(await book.sending(id, EDIT('y'))).toBe('send');
          await book.notSent(id, 'y');
        }
        expect(await book.overdue()).toEqual([]);
      });

      test('leaves an answer that a bot died over to the one who has it', async () => {
        const book = await open({ ...AT_ONCE, ...DEAD });
        await book.accept(requestOf(ANNA, 'a1', ago(1_000)), LIMITS);
        await book.answerReady('a1');
        await book.sending('a1', EDIT('x'));
        expect(await book.sending('a1', EXPIRED('y'))).toBe('not_due');
        expect(await book.sending('a1', EDIT('z'))).toBe('send');
      });

      test('that could not be told is told later', async () => {
        const book = await open(AT_ONCE);
        await book.accept(requestOf(ANNA, 'a1', ago(1_000)), LIMITS);
        await book.sending('a1', EXPIRED('x'));
        await book.notSent('a1', 'x');
        expect(idsOf(await book.overdue())).toEqual(['a1']);
        expect(await book.sending('a1', EXPIRED('x'))).toBe('send');
      });

      test('is not told right after a time in which nobody asked, so that results which waited come first', async () => {
        const book = await open({ awayMs: 1_000, settleMs: 1_000 });
        await waitUntil('it never settled', async () => {
          await book.accept(requestOf(ANNA, 'before', ago(1_000)), LIMITS);
          return (await book.overdue()).length === 1;
        });
        await book.answered('before');
        for (const id of ['a1', 'a2']) await book.accept(requestOf(ANNA, id, ago(1_000)), LIMITS);
        await new Promise((resolve) => setTimeout(resolve, 1_200));
        expect(await book.overdue()).toEqual([]);
        await book.answerReady('a1');
        await expect.poll(async () => idsOf(await book.overdue())).toEqual(['a2']);
      });

      test('is told a hundred at a time, and none is held up by those that are being sent', async () => {
        const book = await open(AT_ONCE);
        const ids = Array.from({ length: 201 }, (_, i) => `r${i}`);
        await book.accept(requestOf(ANNA, 'not due'), LIMITS);
        await book.sending('not due', EDIT('x'));
        for (const [i, id] of ids.entries()) await book.accept(requestOf(i, id, ago(1_000_000 - i * 1_000)), LIMITS);
        expect(idsOf(await book.overdue())).toEqual(ids.slice(0, 100));
        for (const id of ids.slice(0, 100)) await book.sending(id, EXPIRED('x'));
        expect(idsOf(await book.overdue())).toEqual(ids.slice(100, 200));
      });
    });

    describe('cancelling', () => {
      test('a cancelled request is not answered, and its slot is free', async () => {
        const book = await open(AT_ONCE);
        await book.accept(requestOf(ANNA, 'a1', ago(1_000)), LIMITS);
        await book.placeholderSent('a1', '4');
        await book.accept(requestOf(ANNA, 'a2'), LIMITS);
        await book.published('a2');
        await book.accept(requestOf(BORIS, 'b1'), LIMITS);
        const [first, second, ...others] = await book.cancel(ANNA);
        expect(first).toMatchObject({ id: 'a1', state: 'accepted', placeholder: { id: '4' } });
        expect(second).toMatchObject({ id: 'a2', state: 'published' });
        expect(others).toEqual([]);
        expect(await book.cancel(ANNA)).toEqual([]);
        expect(await book.overdue()).toEqual([]);
        for (const id of ['a1', 'a2']) {
          expect(await book.placeholderSent(id, '5')).toBe('cancelled');
          expect(await book.published(id)).toBe('cancelled');
          expect(await book.answerReady(id)).toBe('cancelled');
          for (const how of [EDIT, NEW_MESSAGE, EXPIRED]) expect(await book.sending(id, how('x'))).toBe('cancelled');
          expect(await book.answered(id)).toBe(false);
        }
        expect(await book.states(['a1', 'a2', 'b1'])).toEqual(['cancelled', 'cancelled', 'accepted']);
        expect(await book.total()).toBe(1);
        for (const id of ['a3', 'a4']) expect((await book.accept(requestOf(ANNA, id), LIMITS)).kind).toBe('accepted');
      });

      test('comes too late for an answer that is being sent', async () => {
        const book = await open();
        await book.accept(requestOf(ANNA, 'a1'), LIMITS);
        await book.sending('a1', EDIT('x'));
        expect(await book.cancel(ANNA)).toEqual([]);
        expect(await book.answered('a1')).toBe(true);
      });

      test('ends an answer that is ready and was not sent yet', async () => {
        const book = await open();
        await book.accept(requestOf(ANNA, 'a1'), LIMITS);
        await book.answerReady('a1');
        expect(idsOf(await book.cancel(ANNA))).toEqual(['a1']);
        expect(await book.sending('a1', EDIT('x'))).toBe('cancelled');
      });
    });

    test.for([false, true])(
      'whatever is done in whatever order, it says what a plain list would (senders die: %s)',
      async (sendersDie) => {
        const property = fc.asyncProperty(steps, async (todo) => {
          const timing = { ...AT_ONCE, sendingMs: sendersDie ? 0 : 3_600_000 };
          const book = (await open(timing)) as unknown as RequestBook<string>;
          const model = new BookModel(sendersDie);
          const start = Date.now();
          for (const [i, step] of todo.entries()) {
            // Two deadlines are never so close that clocks could change their order.
            const said = await takeOn(book, step, start + i * 1_000);
            expect(said, `step ${i}`).toEqual(model.take(step));
            expect(await viewOfBook(book), `after step ${i}`).toEqual(model.view);
          }
        });
        await fc.assert(property, { numRuns: propertyRuns });
      },
    );

    test('whoever asks in whatever order, and whoever dies, no second picture may be sent', async () => {
      const ofOne = steps.map((todo) => todo.filter((step) => 'id' in step && step.id === 'a1'));
      const property = fc.asyncProperty(ofOne, async (todo) => {
        const book = (await open({ ...AT_ONCE, ...DEAD })) as unknown as RequestBook<string>;
        /** Who sends, and who may have sent a new message. */
        let sender: string | undefined;
        let mayHaveSent: string | undefined;
        for (const step of todo) {
          const said = await takeOn(book, step, Date.now());
          if (step.do === 'sending' && (said === 'send' || said === 'unknown')) {
            if (said === 'send') expect([undefined, step.attempt]).toContain(mayHaveSent);
            if (said === 'send' && !step.repeatable) mayHaveSent = step.attempt;
            sender = step.attempt;
          }
          if (step.do === 'notSent' && step.attempt === sender) {
            if (mayHaveSent === sender) mayHaveSent = undefined;
            sender = undefined;
          }
        }
      });
      await fc.assert(property, { numRuns: propertyRuns });
    });
  });
}
