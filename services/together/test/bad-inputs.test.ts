import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { badInputs } from './bad-inputs.ts';
import { openChat } from './chat.ts';
import { GROUP_PHOTO, scoresIn, startSuite } from './suite.ts';

const inputs = await badInputs(GROUP_PHOTO);

describe('whatever a user sends', () => {
  let suite: Awaited<ReturnType<typeof startSuite>>;
  beforeAll(async () => {
    suite = await startSuite({ MAX_ACTIVE_PER_USER: '1' });
  });
  afterAll(async () => {
    expect(suite.fatal).toEqual([]);
    expect(await suite.stop()).toEqual([]);
  });

  test.each(inputs.map((input, i) => [input.name, input, i] as const))(
    'gets a result or a clear refusal, and the next photo is welcome: %s',
    async (_, { bytes, filename, expected }, i) => {
      const chat = openChat(suite.url, 1_000 + i);
      if (bytes.length === 0) {
        // Telegram itself doesn't take these.
        await expect(chat.sendDocument(bytes, filename)).rejects.toThrow(expected as RegExp);
        return;
      }
      const answer = await chat.answerTo(await chat.sendDocument(bytes, filename));
      if (expected === 'picture') expect(scoresIn(answer.caption).length).toBeGreaterThanOrEqual(4);
      else expect(answer).toMatchObject({ text: expect.stringMatching(expected) });

      // The slot is freed just after the answer shows.
      await vi.waitFor(async () => {
        const next = await chat.answerTo(await chat.sendPhoto(GROUP_PHOTO));
        expect(next.photo_url).toBeDefined();
      }, 40_000);
      await vi.waitFor(() => expect(suite.tmp.files()).toEqual([]), 40_000);
    },
  );
});
