import { describe, expect, test } from 'vitest';
import type { ActiveRequests } from '../src/limits/active-requests.ts';
import type { RateOptions, RequestRate } from '../src/limits/request-rate.ts';

const ANNA = 11;
const BORIS = 22;
const toldTo = (userId: number) => ({ userId, chatId: userId, messageId: 1, language: 'en' as const });
const soon = () => Date.now() + 60_000;

/** What every keeper of slots promises. `open` gives an empty one with 2 slots a user. */
export function describeActiveRequests(name: string, open: () => Promise<ActiveRequests>): void {
  describe(`active requests ${name}`, () => {
    test('gives each user so many slots, and no more', async () => {
      const active = await open();
      expect(await active.take(ANNA, 'a1', soon())).toBe('taken');
      expect(await active.take(ANNA, 'a2', soon())).toBe('taken');
      expect(await active.take(ANNA, 'a3', soon())).toBe('full');
      expect(await active.take(BORIS, 'b1', soon())).toBe('taken');
      expect(await active.total()).toBe(3);
    });

    test('gives no more slots than there are to many that ask at the same time', async () => {
      const active = await open();
      const asked = Array.from({ length: 20 }, (_, i) => active.take(ANNA, `a${i}`, soon()));
      const taken = (await Promise.all(asked)).filter((answer) => answer === 'taken');
      expect(taken).toHaveLength(2);
    });

    test('knows a request that comes twice, also when the slots are full', async () => {
      const active = await open();
      await active.take(ANNA, 'a1', soon());
      expect(await active.take(ANNA, 'a1', soon())).toBe('already');
      expect(await active.total()).toBe(1);
      await active.take(ANNA, 'a2', soon());
      expect(await active.take(ANNA, 'a1', soon())).toBe('already');
    });

    test('frees a slot once, and still knows the request after that', async () => {
      const active = await open();
      await active.take(ANNA, 'a1', soon());
      expect(await active.release(ANNA, 'a1')).toBe(true);
      expect(await active.release(ANNA, 'a1')).toBe(false);
      expect(await active.total()).toBe(0);
      expect(await active.take(ANNA, 'a1', soon())).toBe('already');
      expect(await active.take(ANNA, 'a2', soon())).toBe('taken');
    });

    test('forgets a request, its slot and what it is owed, as if it had never been taken', async () => {
      const active = await open();
      await active.take(ANNA, 'a1', soon());
      await active.take(ANNA, 'a2', soon());
      await active.oweAnswer('a1', toldTo(ANNA), Date.now() - 1_000);
      await active.forget(ANNA, 'a1');
      expect(await active.stage('a1')).toBeUndefined();
      expect(await active.total()).toBe(1);
      expect(await active.overdue()).toEqual([]);
      expect(await active.take(ANNA, 'a1', soon())).toBe('taken');
      await active.forget(ANNA, 'unknown');
    });

    test('does not remember a request that found no slot', async () => {
      const active = await open();
      await active.take(ANNA, 'a1', soon());
      await active.take(ANNA, 'a2', soon());
      await active.take(ANNA, 'a3', soon());
      await active.release(ANNA, 'a1');
      expect(await active.take(ANNA, 'a3', soon())).toBe('taken');
    });

    test('follows a request from accepted to underway to answered', async () => {
      const active = await open();
      expect(await active.stage('a1')).toBeUndefined();
      await active.setUnderway('a1');
      expect(await active.stage('a1')).toBeUndefined();
      await active.take(ANNA, 'a1', soon());
      expect(await active.stage('a1')).toBe('accepted');
      await active.setUnderway('a1');
      expect(await active.stage('a1')).toBe('underway');
      await active.release(ANNA, 'a1');
      expect(await active.stage('a1')).toBe('answered');
      await active.setUnderway('a1');
      expect(await active.stage('a1')).toBe('answered');
    });

    test('remembers an answered request that it never knew as taken', async () => {
      const active = await open();
      expect(await active.release(ANNA, 'lost')).toBe(true);
      expect(await active.stage('lost')).toBe('answered');
      expect(await active.release(ANNA, 'lost')).toBe(false);
    });

    test('owes an answer from the deadline on until the request is released, the longest overdue first', async () => {
      const active = await open();
      const ago = (ms: number) => Date.now() - ms;
      for (const id of ['a1', 'a2', 'b1', 'b2']) await active.take(id < 'b' ? ANNA : BORIS, id, soon());
      await active.oweAnswer('a1', toldTo(ANNA), ago(1_000));
      await active.oweAnswer('a2', toldTo(ANNA), soon());
      await active.oweAnswer('b1', { ...toldTo(BORIS), placeholderId: 7 }, ago(2_000));
      await active.oweAnswer('b2', toldTo(BORIS), Date.now() + 3_000);
      const first = { id: 'b1', replyTo: { ...toldTo(BORIS), placeholderId: 7 } };
      const second = { id: 'a1', replyTo: toldTo(ANNA) };
      expect(await active.overdue()).toEqual([first, second]);
      await active.setUnderway('b1');
      expect(await active.overdue()).toEqual([first, second]);
      await active.release(BORIS, 'b1');
      await expect.poll(() => active.overdue()).toEqual([second, { id: 'b2', replyTo: toldTo(BORIS) }]);
    });

    test('owes whom it was told last, and nothing to requests that are answered or unknown', async () => {
      const active = await open();
      await active.take(ANNA, 'a1', soon());
      await active.take(ANNA, 'a2', soon());
      await active.release(ANNA, 'a2');
      for (const id of ['a1', 'a2', 'unknown']) await active.oweAnswer(id, toldTo(BORIS), Date.now());
      await active.oweAnswer('a1', toldTo(ANNA), Date.now());
      await expect.poll(() => active.overdue()).toEqual([{ id: 'a1', replyTo: toldTo(ANNA) }]);
    });

    test('hands out the overdue a hundred at a time', async () => {
      const active = await open();
      for (let user = 1; user <= 101; user++) {
        await active.take(user, `r${user}`, soon());
        await active.oweAnswer(`r${user}`, toldTo(user), Date.now() - 1_000 + user);
      }
      const overdue = await active.overdue();
      expect(overdue.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, i) => `r${i + 1}`));
      await active.release(1, 'r1');
      expect((await active.overdue()).at(-1)?.id).toBe('r101');
    });

    test('frees a forgotten slot at its deadline, but knows its request as unanswered', async () => {
      const active = await open();
      await active.take(ANNA, 'a1', Date.now() + 4_000);
      await active.take(ANNA, 'a2', soon());
      expect(await active.take(ANNA, 'a3', soon())).toBe('full');
      await expect.poll(() => active.total()).toBe(1);
      expect(await active.take(ANNA, 'a3', soon())).toBe('taken');
      expect(await active.stage('a1')).toBe('accepted');
      expect(await active.release(ANNA, 'a1')).toBe(true);
      expect(await active.take(ANNA, 'a4', soon())).toBe('full');
    });
  });
}

/** What every request rate promises. */
export function describeRequestRate(name: string, open: (options: RateOptions) => Promise<RequestRate>): void {
  describe(`request rate ${name}`, () => {
    test('lets so many through in a window, then says how long to wait', async () => {
      const rate = await open({ requests: 3, windowSeconds: 60 });
      for (let i = 0; i < 3; i++) expect(await rate.take(ANNA)).toBeUndefined();
      const waitMs = await rate.take(ANNA);
      expect(waitMs).toBeGreaterThan(50_000);
      expect(waitMs).toBeLessThanOrEqual(60_000);
      expect(await rate.take(BORIS)).toBeUndefined();
    });

    test('opens again when the window has passed, however often one has asked', async () => {
      const rate = await open({ requests: 1, windowSeconds: 6 });
      expect(await rate.take(ANNA)).toBeUndefined();
      for (let i = 0; i < 5; i++) expect(await rate.take(ANNA)).toBeDefined();
      await expect.poll(() => rate.take(ANNA)).toBeUndefined();
    });
  });
}
