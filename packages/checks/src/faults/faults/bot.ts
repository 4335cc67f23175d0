import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultOrder } from '../../harness/suite/sandbox-client.ts';
import type { Fault } from './fault.ts';
import { inMidCall } from './moments.ts';

/** Telegram holds a call back for so long, ms; the bot dies meanwhile. */
const HOLD_MS = 1_500;
/** Downloads that take longer than a photo may wait without a placeholder. */
const SLOW_DOWNLOADS: FaultOrder = { method: 'downloadFile', kind: 'delay', delay_ms: 4_000, times: 12 };
/** So that the calls are on the way. */
const MIDDLE_MS = 300;

/**
 * The bot dies while calls of `method` are under way. Telegram does what it was asked all the same, as it would.
 *
 * @param before what else goes wrong, so that there are such calls
 */
function killedIn(method: string, name: string, before?: FaultOrder): Fault {
  return {
    name,
    async moment(stage) {
      if (before) await stage.suite.sandbox.order(before);
      return await inMidCall(stage, method, HOLD_MS);
    },
    async strike({ suite }) {
      await sleep(MIDDLE_MS);
      suite.bot.signal('SIGKILL');
      await suite.sandbox.clearFaults();
    },
  };
}

export const botFaults: Fault[] = [
  killedIn('downloadFile', 'the bot is killed in intake, before the photo is published'),
  killedIn('sendMessage', 'the bot is killed while it sends placeholders', SLOW_DOWNLOADS),
  killedIn('sendPhoto', 'the bot is killed in reply, while it sends pictures'),
  killedIn('deleteMessage', 'the bot is killed in reply, while it deletes placeholders', SLOW_DOWNLOADS),
  {
    name: 'the bot is killed at any moment',
    async strike({ suite }) {
      suite.bot.signal('SIGKILL');
    },
  },
  {
    name: 'the bot gets SIGTERM',
    moment: (stage) => inMidCall(stage, 'sendPhoto', HOLD_MS),
    async strike({ suite }) {
      suite.bot.signal('SIGTERM');
      await suite.sandbox.clearFaults();
    },
  },
];
