import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { anyMessage, goodRequest, goodResult } from '@attrai/contracts/test/arbitrary-messages';
import { waitUntil } from '@attrai/test-servers/wait-until';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerableRequest, answerableResult } from '../src/requests/reply-to.ts';
import { openWorld, PHOTO, PICTURE } from './world.ts';

const CHAT = 4711;
/** Answers go out at some 30 a second. */
const MESSAGES = 250;
const MOST_PARKED = 100;

test.each<[QueueName, fc.Arbitrary<unknown>]>([
  [AFTER_ESTIMATE, anyMessage(goodResult)],
  [TO_ESTIMATE_DEAD, fc.oneof(anyMessage(goodRequest), anyMessage(goodResult))],
])(
  'whatever comes over %s is answered or parked, and the bot goes on',
  { timeout: 120_000 },
  async (queue, arbitrary) => {
    await using world = await openWorld({ limits: { deadlineSeconds: 3_600 } });
    const seed = Date.now();
    const messages = fc.sample(arbitrary, { numRuns: MESSAGES, seed });
    const isGood = (json: unknown) =>
      answerableResult.safeParse(json).success ||
      (queue === TO_ESTIMATE_DEAD && answerableRequest.safeParse(json).success);
    /** Some have one; equal messages are to be equal in this, too. */
    const attachmentOf = (json: unknown) => JSON.stringify(json).length % 2 === 0 && { attachment: PICTURE };
    for (const json of messages) await world.broker.publish(queue, { json, ...attachmentOf(json) });

    const what = `seed ${seed}`;
    const kept = messages.map((json) => JSON.parse(JSON.stringify(json)));
    const good = kept.filter(isGood);
    const bad = new Set(kept.filter((json) => !isGood(json)).map((json) => JSON.stringify(json)));
    expect(good.length, what).toBeGreaterThan(20);
    expect(bad.size, what).toBeGreaterThan(MOST_PARKED);

    await waitUntil(
      `messages or jobs are left (${what})`,
      async () => {
        const { intake, replies } = world.bookkeeping.jobs;
        const counts = [await intake.counts(), await replies.counts()];
        const jobs = counts.map(({ waiting, active, delayed }) => waiting + active + delayed);
        const waiting = await Promise.all(
          [AFTER_ESTIMATE, TO_ESTIMATE_DEAD].map((name) => world.broker.depth(name as QueueName)),
        );
        return [...jobs, ...waiting].every((count) => count === 0);
      },
      90_000,
    );
    // Those in hand wait nowhere: they may still be on their way.
    const events = () => world.lines.map((line) => JSON.parse(line));
    // Nobody's chat is there: each good message was an answer that Telegram refused for good, once.
    const answeredIds = () =>
      events()
        .filter(({ msg }) => /could not be delivered|Answered/.test(msg))
        .map((event) => event.requestId)
        .sort();
    await expect.poll(answeredIds, { message: what }).toEqual([...new Set(good.map(({ id }) => id))].sort());
    const parked = () => events().filter(({ msg }) => msg.startsWith('A message that nobody can read'));
    await expect.poll(() => new Set(parked().map(({ key }) => key)).size, { message: what }).toBe(bad.size);
    await expect.poll(() => world.inbox.keys(), { message: what }).toHaveLength(MOST_PARKED);
    expect(world.fatal, what).toEqual([]);

    await world.page.send(CHAT, { photo: PHOTO });
    await world.page.untilSaid(CHAT, /6\.3/);
  },
);
