import { autoscalerConfig } from '@attrai/autoscaler/config';
import { botConfig } from '@attrai/bot/config';
import { estimatorConfig } from '@attrai/estimator/config';
import { sandboxConfig } from '@attrai/sandbox/config';
import { togetherConfig } from '@attrai/together/config';
import { expect, test } from 'vitest';

const CONFIGS = { togetherConfig, botConfig, estimatorConfig, autoscalerConfig, sandboxConfig };
/** Each variable but a path refuses one of these, and a number all. */
const BAD = ['neither word nor number', '-1', '1.5', '99999999999'];

test.each(Object.entries(CONFIGS))('%s refuses a value in words of its own, not of its library', (_, config) => {
  const messages = BAD.flatMap((value) => {
    const values = Object.fromEntries(Object.keys(config.shape).map((name) => [name, value]));
    return config.safeParse(values).error?.issues.map(({ path, message }) => `${String(path[0])}: ${message}`) ?? [];
  });
  expect(messages.length).toBeGreaterThan(1);
  expect(messages.filter((message) => /invalid|too (small|big)|undefined/i.test(message))).toEqual([]);
});
