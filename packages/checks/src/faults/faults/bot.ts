import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultOrder } from '@attrai/sandbox/bot-api/faults';
import type { Fault } from './fault.ts';
import { inMidCall } from './moments.ts';

/** Telegram delays calls for so long, ms; the bot dies meanwhile. */
const HOLD_MS = 1_500;
/** Downloads so slow that a photo gets a placeholder. */
const SLOW_DOWNLOADS: FaultOrder = { method: 'downloadFile', kind: 'delay', delay_ms: 4_000, times: 12 };
/** Time until the calls are on their way. */
const MIDDLE_MS = 300;

/** The bot dies during calls of `method`, which Telegram still executes. `before` is another fault that leads to such calls. */
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
