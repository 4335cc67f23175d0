import { expect, test } from 'vitest';
import { estimateRequest } from '../src/request.ts';
import { estimateResult } from '../src/result.ts';

// Messages word for word as bot and estimator of version 0.1 wrote them: they may still be under way when a newer one starts.

const REQUEST =
  '{"v":1,"id":"mzq3kfy7c2h5t4wd6xab","photo":{"store":"volume","key":"mzq3kfy7c2h5t4wd6xab.photo"},"replyTo":{"userId":4711,"chatId":4711,"messageId":17,"language":"ru","placeholderId":18},"acceptedAt":1790000000000,"deadline":1790000600000}';
const RESULT =
  '{"v":1,"id":"mzq3kfy7c2h5t4wd6xab","replyTo":{"userId":4711,"chatId":4711,"messageId":17,"language":"ru","placeholderId":18},"acceptedAt":1790000000000,"deadline":1790000600000,"outcome":{"kind":"scored","picture":{"store":"volume","key":"mzq3kfy7c2h5t4wd6xab.picture"},"faces":[{"box":[10.5,20,60.25,80],"score":6.3,"confidence":"high"},{"box":[100,20,150,80],"score":null,"unscored":"looks_under_18"}]},"workMs":41.5}';
const NO_FACE =
  '{"v":1,"id":"mzq3kfy7c2h5t4wd6xab","replyTo":{"userId":4711,"chatId":4711,"messageId":17,"language":"ru"},"acceptedAt":1790000000000,"deadline":1790000600000,"outcome":{"kind":"no_face"},"workMs":20}';

test('a request of version 0.1 is read as it is: nobody confirmed anything, and numbers have a point', () => {
  expect(estimateRequest.parse(JSON.parse(REQUEST))).toEqual(JSON.parse(REQUEST));
});

test('a result of version 0.1 is read: its face without a score may be under 18, and its faces have no rows', () => {
  const { outcome, ...envelope } = JSON.parse(RESULT);
  expect(estimateResult.parse(JSON.parse(RESULT))).toEqual({
    ...envelope,
    outcome: {
      ...outcome,
      faces: [
        { box: [10.5, 20, 60.25, 80], score: 6.3, confidence: 'high' },
        { box: [100, 20, 150, 80], score: null, unscored: 'unsure' },
      ],
    },
  });
});

test('a result of version 0.1 without faces is read as it is', () => {
  expect(estimateResult.parse(JSON.parse(NO_FACE))).toEqual(JSON.parse(NO_FACE));
});

test('what the bot writes for itself is handed on unread, in whatever version', () => {
  const replyTo = { userId: 'anna@example.org', topic: { id: 3 }, language: 'pt-BR' };
  const request = { ...JSON.parse(REQUEST), replyTo };
  expect(estimateRequest.parse(request)).toEqual(request);
  const result = { ...JSON.parse(NO_FACE), replyTo };
  expect(estimateResult.parse(result)).toEqual(result);
});

test('a message without anybody to answer is none', () => {
  for (const replyTo of [undefined, null, 'anna', 17]) {
    expect(estimateRequest.safeParse({ ...JSON.parse(REQUEST), replyTo }).success).toBe(false);
  }
});
