import { setImmediate as nextTurn } from 'node:timers/promises';
import { EmbeddedBroker } from '@attrai/broker/embedded-broker';
import { decode } from '@attrai/broker/wire-format';
import { gradeOf } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { estimateRequest } from '@attrai/contracts/request';
import { estimateResult } from '@attrai/contracts/result';
import { anyMessage, goodRequest } from '@attrai/contracts/test/arbitrary-messages';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { startEstimator } from '../src/start-estimator.ts';
import { TWO_FACES } from './estimates.ts';
import * as parts from './estimator-parts.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('whatever comes over to_estimate is answered if it is a request, else a dead letter; once, at the first try', async () => {
  const { photoStore, logger } = await parts.openParts('message', cleanups);
  const fatal: unknown[] = [];
  const broker = new EmbeddedBroker({ onFatal: (error) => fatal.push(error) });
  cleanups.push(() => broker.close());
  const { vision } = parts.scriptedVision(async () => TWO_FACES);
  const answers: unknown[] = [];
  const dead: unknown[] = [];
  await broker.consume(AFTER_ESTIMATE, 100, async ({ json }) => void answers.push(json));
  await broker.consume(TO_ESTIMATE_DEAD, 100, async ({ json }) => void dead.push(json));
  await startEstimator({ broker, photoStore, vision, logger });

  let good = 0;
  let bad = 0;
  await fc.assert(
    fc.asyncProperty(anyMessage(goodRequest), fc.boolean(), async (json, withPhoto) => {
      answers.length = dead.length = 0;
      await broker.publish(TO_ESTIMATE, parts.message(json, withPhoto ? parts.PHOTO : undefined));
      while (answers.length + dead.length === 0) await nextTurn();
      for (let i = 0; i < 5; i++) await nextTurn();
      expect(await broker.depth(TO_ESTIMATE)).toBe(0);

      const request = estimateRequest.safeParse(JSON.parse(JSON.stringify(json)));
      if (request.success) {
        good += 1;
        expect(dead).toEqual([]);
        expect(answers).toHaveLength(1);
        expect(estimateResult.parse(answers[0])).toMatchObject({ id: request.data.id, replyTo: request.data.replyTo });
      } else {
        bad += 1;
        expect(answers).toEqual([]);
        expect(dead).toEqual([JSON.parse(JSON.stringify(json))]);
      }
    }),
    { numRuns: 600 },
  );
  expect(fatal).toEqual([]);
  expect(Math.min(good, bad)).toBeGreaterThan(100);
});

test('whatever bytes a message has, it is read or refused for good', () => {
  const contentType = fc.oneof(
    fc.constantFrom('application/json', 'application/vnd.attrai.json-and-attachment', 'undefined', ''),
    fc.string(),
  );
  const json = fc.json().map((text) => Buffer.from(text));
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  const body = fc.array(fc.oneof(json, bytes, fc.constant(Buffer.from('\n')))).map((all) => Buffer.concat(all));
  let read = 0;
  fc.assert(
    fc.property(contentType, body, (type, content) => {
      try {
        decode({ contentType: type, body: content });
        read += 1;
      } catch (error) {
        expect(gradeOf(error)).toBe('final');
        if (content.length > 20) expect(String(error)).not.toContain(content.toString());
      }
    }),
    { numRuns: 3_000 },
  );
  expect(read).toBeGreaterThan(50);
});
