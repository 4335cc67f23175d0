import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { badInputs } from './bad-inputs.ts';
import { Chat } from './chat.ts';
import { GROUP_PHOTO, scoresIn, startSuite } from './suite.ts';

const inputs = await badInputs(GROUP_PHOTO);

describe('any file of a user', () => {
  let suite: Awaited<ReturnType<typeof startSuite>>;
  beforeAll(async () => {
    suite = await startSuite({ MAX_ACTIVE_PER_USER: '1' });
  });
  afterAll(async () => {
    expect(suite.fatal).toEqual([]);
    expect(await suite.stop()).toEqual([]);
  });

  test.each(inputs.map((input, i) => [input.name, input, i] as const))(
    'gets a result or a clear refusal, and the next photo is accepted: %s',
    async (_, { bytes, filename, expected }, i) => {
      const chat = new Chat(suite.url, 1_000 + i);
      if (bytes.length === 0) {
        // Telegram refuses empty files.
        await expect(chat.sendDocument(bytes, filename)).rejects.toThrow(expected as RegExp);
        return;
      }
      const answer = await chat.answerTo(await chat.sendDocument(bytes, filename));
      if (expected === 'picture') expect(scoresIn(answer.caption).length).toBeGreaterThanOrEqual(4);
      else expect(answer).toMatchObject({ text: expect.stringMatching(expected) });

      // The user's slot becomes free just after the answer.
      await vi.waitFor(async () => {
        const next = await chat.answerTo(await chat.sendPhoto(GROUP_PHOTO));
        expect(next.photo_url).toBeDefined();
      }, 40_000);
      await vi.waitFor(() => expect(suite.tmp.files()).toEqual([]), 40_000);
    },
  );
});
