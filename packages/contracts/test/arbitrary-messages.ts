import fc, { type Arbitrary } from 'fast-check';
import type { Envelope } from '../src/envelope.ts';
import type { EstimateRequest } from '../src/request.ts';
import type { DrawnFace, EstimateResult, Outcome } from '../src/result.ts';

// Arbitrary messages for tests of consumers: valid ones, nearly valid ones, any JSON.

const whole = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -1_000_000, max: 1_000_000 }));
const positive = fc.oneof(fc.integer({ min: 1 }), fc.constant(8_000_000_000_000));
const id = fc.stringMatching(/^[a-z0-9]{16,32}$/);
const photo = fc.record({
  store: fc.constantFrom('volume' as const, 'message' as const),
  key: fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,99}$/),
});

const replyTo: Arbitrary<Envelope> = fc
  .record({
    userId: whole,
    chatId: whole,
    messageId: whole,
    placeholderId: fc.option(whole, { nil: undefined }),
    answerId: fc.option(whole, { nil: undefined }),
    language: fc.constantFrom('en', 'ru', 'es', 'de'),
  })
  .map(({ placeholderId, answerId, ...rest }) => ({
    ...rest,
    ...(placeholderId !== undefined && { placeholderId }),
    ...(answerId !== undefined && { answerId }),
  }));

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const box = fc.tuple(number, number, number, number);
const face: Arbitrary<DrawnFace> = fc.oneof(
  fc.record(
    {
      box,
      row: fc.nat(),
      score: fc.double({ min: 0, max: 10, noNaN: true }),
      confidence: fc.constantFrom('high' as const, 'low' as const),
    },
    { requiredKeys: ['box', 'score', 'confidence'] },
  ),
  fc.record(
    { box, row: fc.nat(), score: fc.constant(null), unscored: fc.constantFrom('child' as const, 'unsure' as const) },
    { requiredKeys: ['box', 'score', 'unscored'] },
  ),
);
const outcome: Arbitrary<Outcome> = fc.oneof(
  fc.record({
    kind: fc.constant('scored' as const),
    picture: photo,
    faces: fc.array(face, { minLength: 1, maxLength: 30 }),
  }),
  fc.record({
    kind: fc.constantFrom('no_face', 'unreadable', 'too_many_pixels', 'too_many_bytes', 'expired', 'failed'),
  }) as Arbitrary<Outcome>,
);

const common = { v: fc.constant(1 as const), id, replyTo, acceptedAt: positive, deadline: positive };

export const goodRequest: Arbitrary<EstimateRequest> = fc.record(
  { ...common, photo, adultsConfirmed: fc.boolean(), decimalComma: fc.boolean() },
  { requiredKeys: ['v', 'id', 'replyTo', 'acceptedAt', 'deadline', 'photo'] },
);
export const goodResult: Arbitrary<EstimateResult> = fc.record({ ...common, outcome, workMs: fc.nat() });

type Json = ReturnType<typeof JSON.parse>;

/** `good` with one thing, at any depth, left out, added or put in place of another. */
export function spoilt(good: Arbitrary<object>): Arbitrary<Json> {
  return fc
    .tuple(good, fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), fc.jsonValue(), fc.nat(3))
    .map(([value, path, other, how]) => {
      const copy = structuredClone(value) as Json;
      let at = copy;
      let key = keyOf(at, path[0]!);
      for (const step of path.slice(1)) {
        if (typeof at[key] !== 'object' || at[key] === null || Object.keys(at[key]).length === 0) break;
        at = at[key];
        key = keyOf(at, step);
      }
      if (how === 0) delete at[key];
      else if (how === 1) at[`${key}2`] = other;
      else at[key] = other;
      return copy;
    });
}

function keyOf(value: object, number: number): string {
  const keys = Object.keys(value);
  return keys[number % keys.length]!;
}

/** Any JSON, and what is nearly `good`. */
export function anyMessage(good: Arbitrary<object>): Arbitrary<Json> {
  return fc.oneof({ weight: 2, arbitrary: good }, { weight: 4, arbitrary: spoilt(good) }, fc.jsonValue());
}
