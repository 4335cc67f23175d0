import { FinalError, RetryableError } from '@attrai/contracts/errors';
import { createLogger } from '@attrai/telemetry/logger';
import { expect, test } from 'vitest';
import { introduce, type Profile } from '../src/telegram/introduce.ts';
import { openWorld } from './world.ts';

const command = (name: string) => ({ command: name, description: `what ${name} does` });
const ENGLISH: Profile = { commands: [command('help')], description: 'A bot.', shortDescription: 'Bot.' };
const SPANISH: Profile = { ...ENGLISH, language: 'es', description: 'Un bot.' };

/** A Telegram that knows what it is told; `refuse` is asked before each call. */
function telegram(refuse: (call: string) => Error | undefined = () => undefined) {
  const calls: string[] = [];
  const settings = new Map<string, object>();
  const api = {
    async call<T>(method: string, { language_code, ...given }: Record<string, unknown> = {}): Promise<T> {
      const call = `${method} ${language_code}`;
      calls.push(call);
      const refusal = refuse(call);
      if (refusal) throw refusal;
      const setting = call.slice(3);
      if (method.startsWith('set')) settings.set(setting, 'commands' in given ? (given.commands as object) : given);
      return (settings.get(setting) ?? []) as T;
    },
  };
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } });
  const stop = new AbortController();
  return { calls, settings, lines, stop, parts: { api, logger, stopping: stop.signal } };
}

const sets = (calls: string[]) => calls.filter((call) => call.startsWith('set'));

test('only what Telegram does not have yet is told', async () => {
  const { calls, settings, lines, parts } = telegram();
  await introduce([ENGLISH, SPANISH], parts);
  expect(sets(calls)).toHaveLength(6);
  expect(settings.get('MyDescription es')).toEqual({ description: 'Un bot.' });
  calls.length = 0;
  await introduce([ENGLISH, SPANISH], parts);
  expect(sets(calls)).toEqual([]);
  await introduce([ENGLISH, { ...SPANISH, commands: [command('help'), command('score')] }], parts);
  expect(sets(calls)).toEqual(['setMyCommands es']);
  expect(lines).toEqual([]);
});

test('a refusal for a while is waited for, and then all is told', async () => {
  let refusals = 7;
  const { settings, lines, parts } = telegram((call) =>
    call === 'setMyDescription undefined' && refusals-- > 0
      ? new RetryableError('telegram_busy', 'later', { retryAfterMs: 1 })
      : undefined,
  );
  await introduce([ENGLISH, SPANISH], parts);
  expect(settings.size).toBe(6);
  expect(lines).toHaveLength(1);
});

test('what Telegram refuses for good is left, and the rest is told', async () => {
  const { settings, lines, parts } = telegram((call) =>
    call.startsWith('setMyCommands') ? new FinalError('telegram_refused', 'no') : undefined,
  );
  await introduce([ENGLISH, SPANISH], parts);
  expect([...settings.keys()].sort()).toEqual([
    'MyDescription es',
    'MyDescription undefined',
    'MyShortDescription es',
    'MyShortDescription undefined',
  ]);
  expect(lines).toHaveLength(1);
});

test('a stop ends it, also while it waits', async () => {
  const { calls, stop, parts } = telegram(
    () => new RetryableError('telegram_busy', 'later', { retryAfterMs: 3_600_000 }),
  );
  const introducing = introduce([ENGLISH, SPANISH], parts);
  await expect.poll(() => calls.length).toBe(1);
  stop.abort();
  await introducing;
  expect(calls).toHaveLength(1);
});

test('a second start of the bot tells Telegram nothing that it knows', async () => {
  await using world = await openWorld();
  const calls = async () => (await world.page.stats()).calls;
  await expect.poll(async () => (await calls()).setMyShortDescription).toBe(5);
  await world.restartBot();
  await expect.poll(async () => (await calls()).getMyShortDescription).toBe(10);
  const { setMyCommands, setMyDescription, setMyShortDescription } = await calls();
  expect([setMyCommands, setMyDescription, setMyShortDescription]).toEqual([5, 5, 5]);
});
