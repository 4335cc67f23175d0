import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { inMidCall } from './moments.ts';

/** Telegram holds a call back for this long, ms. The bot dies meanwhile. */
const HOLD_MS = 1_500;
/** Time for the calls to be sent. */
const MIDDLE_MS = 300;

/** The bot dies while calls of `method` are in flight. Telegram executes them all the same, as it really would. */
function killedIn(method: string, name: string): Fault {
  return {
    name,
    moment: (stage) => inMidCall(stage, method, HOLD_MS),
    async strike({ suite }) {
      await sleep(MIDDLE_MS);
      suite.bot.signal('SIGKILL');
      await suite.sandbox.clearFaults();
    },
  };
}

export const botFaults: Fault[] = [
  killedIn('sendMessage', 'the bot is killed in intake, while it sends placeholders'),
  killedIn('downloadFile', 'the bot is killed after the placeholder, before the photo is published'),
  killedIn('editMessageMedia', 'the bot is killed in reply, while it sends pictures'),
  {
    name: 'the bot is killed at any moment',
    async strike({ suite }) {
      suite.bot.signal('SIGKILL');
    },
  },
  {
    name: 'the bot gets SIGTERM',
    moment: (stage) => inMidCall(stage, 'editMessageMedia', HOLD_MS),
    async strike({ suite }) {
      suite.bot.signal('SIGTERM');
      await suite.sandbox.clearFaults();
    },
  },
];
