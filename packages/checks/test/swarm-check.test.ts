import { type StackFile, yaml } from '@attrai/deploy/test/stack-file';
import { describe, expect, test } from 'vitest';
import type { Tally } from '../src/harness/answers/tally.ts';
import { LIMITS } from '../src/harness/limits.ts';
import { END, FrameReader, frame } from '../src/swarm-check/frames.ts';
import { judge } from '../src/swarm-check/under-load.ts';

describe("the swarm check's tunnel", () => {
  test.each([1, 3, 7, 8, 9, 1_000])('separates its streams if %i bytes come at a time', (size) => {
    const sent: [number, Buffer][] = [
      [1, Buffer.from('GET / HTTP/1.1')],
      [70_000, Buffer.alloc(300, 7)],
      [1, END],
      [2, Buffer.from([0])],
    ];
    const wire = Buffer.concat(sent.map(([stream, bytes]) => frame(stream, bytes)));
    const taken: [number, Buffer][] = [];
    const reader = new FrameReader((stream, bytes) => taken.push([stream, bytes]));
    for (let at = 0; at < wire.length; at += size) reader.take(wire.subarray(at, at + size));
    expect(taken.map(([stream, bytes]) => [stream, bytes.toString('hex')])).toEqual(
      sent.map(([stream, bytes]) => [stream, bytes.toString('hex')]),
    );
  });
});

test('the swarm check gives the bot the limits of all checks', () => {
  const { bot } = yaml<StackFile>('packages/checks/src/swarm-check/sandbox.yml').services;
  const { TELEGRAM_API_ROOT: _, ...limits } = bot!.environment!;
  expect(Object.entries(limits).map(([name, value]) => [name, String(value)])).toEqual(Object.entries(LIMITS));
});

describe("the swarm check's verdict", () => {
  const none = { refused: 0, twice: 0, unanswered: 0, unreachable: 0, sorry: 0, stray: 0, broken: [] };
  const fine: Tally = { ...none, sent: 10, once: 10 };

  test('is a pass if every photo has one answer', () => {
    const figures = expect.stringContaining('20 answered once');
    expect(judge([fine, fine], 'in 1 s')).toMatchObject({ passed: true, figures });
  });

  test.each([
    ['is lost', { once: 9, unanswered: 1 }],
    ['is answered twice', { once: 9, twice: 1 }],
    ['is refused', { once: 9, refused: 1 }],
    ['gets an apology', { sorry: 1 }],
  ])('is a failure if a photo %s', (_, change) => {
    expect(judge([fine, { ...fine, ...change }], 'in 1 s').passed).toBe(false);
  });

  test('allows a refusal only with mayRefuse', () => {
    const refused = { ...fine, once: 9, refused: 1 };
    expect(judge([refused], 'in 1 s', { mayRefuse: true }).passed).toBe(true);
    expect(judge([{ ...refused, refused: 0, unanswered: 1 }], 'in 1 s', { mayRefuse: true }).passed).toBe(false);
  });

  test('is a failure if nothing was sent', () => {
    expect(judge([{ ...fine, sent: 0, once: 0 }], 'in 1 s').passed).toBe(false);
  });
});
