import { TEXTS } from '@attrai/bot/texts/languages';
import { describe, expect, test } from 'vitest';
import { fateOf } from '../src/harness/answers/fate.ts';
import { whatIsSaid } from '../src/harness/answers/said.ts';
import { tally } from '../src/harness/answers/tally.ts';
import type { LogEntry } from '../src/harness/suite/sandbox-client.ts';

const { en, ru } = TEXTS;
const PLACEHOLDER = en.placeholder({ position: 3 });
const PHOTO = { chatId: 7, messageId: 1, kind: 'face' } as const;

/** The log of a chat: a photo at time 1,000, then a change by the bot every 100 ms. */
function logOf(...happened: (Partial<LogEntry> & { message_id: number })[]): LogEntry[] {
  const sent: LogEntry = { message_id: 1, from: 'user', kind: 'photo', text: '', at: 1_000 };
  const replies = happened.map((entry, i): LogEntry => {
    return { from: 'bot', reply_to: 1, kind: 'text', text: '', at: 1_100 + 100 * i, ...entry };
  });
  return [sent, ...replies];
}

const fate = (...happened: Parameters<typeof logOf>) => fateOf(PHOTO, logOf(...happened));
const says = (text: string, message_id = 2) => ({ message_id, text });
const picture = (message_id = 2, text = 'scores') => ({ message_id, kind: 'photo' as const, text });

test.each([
  ['progress', PLACEHOLDER],
  ['progress', ru.placeholder({ position: 1 })],
  ['reason', en.answer.no_face],
  ['sorry', ru.answer.failed],
  ['doubt', en.maybeAnswered],
])('a message is classified as %s: %s', (said, text) => {
  expect(whatIsSaid(logOf(says(text))[1]!)).toBe(said);
});

test('an unknown text is an error', () => {
  expect(() => whatIsSaid(logOf(says('Good morning'))[1]!)).toThrow('Good morning');
});

describe('the fate of a photo', () => {
  test('is one answer if a placeholder becomes a picture and an edit repeats that', () => {
    const expected = { sentAt: 1_000, answeredAt: 1_200, finals: ['picture'], stray: 0 };
    expect(fate(says(PLACEHOLDER), picture(), picture())).toMatchObject(expected);
  });

  test('is one answer when the picture is a message of its own and the placeholder is deleted', () => {
    const deleted = { message_id: 2, kind: 'deleted' as const };
    expect(fate(says(PLACEHOLDER), picture(3), deleted)).toMatchObject({
      answeredAt: 1_200,
      finals: ['picture'],
      stray: 0,
    });
  });

  test.each([
    ['nothing was said', []],
    ['there is only a placeholder', [says(PLACEHOLDER)]],
    ['the answer was replaced by progress', [picture(), says(PLACEHOLDER)]],
    ['the answer was deleted', [picture(), { message_id: 2, kind: 'deleted' as const }]],
    ['the answer replies to another photo', [{ ...picture(), reply_to: 99 }]],
  ])('is no answer if %s', (_, happened) => {
    expect(fate(...happened)).toMatchObject({ answeredAt: undefined, finals: [], stray: 0 });
  });

  test.each([
    ['in two messages', [picture(2), picture(3)]],
    ['one after the other in one message', [says(en.answer.no_face), picture()]],
  ])('is two answers if they come %s', (_, happened) => {
    expect(fate(...happened).finals).toHaveLength(2);
  });

  test('is a doubt only without another answer', () => {
    expect(fate(picture(2), says(en.maybeAnswered, 3)).finals).toEqual(['picture']);
    expect(fate(says(en.maybeAnswered, 3)).finals).toEqual(['doubt']);
    expect(fate(says(en.maybeAnswered, 3), says(en.maybeAnswered, 4)).finals).toEqual(['doubt']);
  });

  test('has a stray message if a placeholder is left beside the answer', () => {
    expect(fate(says(PLACEHOLDER, 2), picture(3)).stray).toBe(1);
    expect(fate(says(PLACEHOLDER, 2), says(PLACEHOLDER, 3)).stray).toBe(1);
  });
});

test('a tally counts each photo once, and does not judge photos of unreachable users', () => {
  const limits = { maxActivePerUser: 100 } as never;
  const fates = [
    fate(picture()),
    fate(says(en.answer.failed)),
    fate(says(en.tooManyActive(limits))),
    fate(picture(2), picture(3)),
    fate(says(PLACEHOLDER)),
    { ...fate(), chatId: 8 },
  ];
  const broken = ['face photo 1 in chat 7: 2: picture; 3: picture', 'face photo 1 in chat 7: 2: progress'];
  const counts = { sent: 6, refused: 1, once: 2, twice: 1, unanswered: 1, unreachable: 1, sorry: 1, stray: 0 };
  expect(tally(fates, [8])).toEqual({ ...counts, broken });
});
