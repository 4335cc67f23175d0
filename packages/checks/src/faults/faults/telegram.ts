import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultOrder } from '../../harness/suite/sandbox-client.ts';
import type { Fault } from './fault.ts';
import { inFullWork } from './moments.ts';

/** Calls that the bot makes for a photo. */
const CALLS = ['sendMessage', 'getFile', 'editMessageText', 'editMessageMedia'];

/** Telegram fails so many calls of each kind. */
function fails(name: string, orders: FaultOrder[]): Fault {
  return {
    name,
    async strike(stage) {
      const { sandbox } = stage.suite;
      for (const order of orders) await sandbox.order(order);
      const hit = await inFullWork(stage);
      await sleep(stage.outageMs);
      const ordered = orders.reduce((sum, { times }) => sum + times, 0);
      const struck = ordered - (await sandbox.faultsLeft());
      await sandbox.clearFaults();
      return struck === 0 ? 0 : hit;
    },
  };
}

const onEach = (order: Omit<FaultOrder, 'method'>, methods = CALLS) => methods.map((method) => ({ ...order, method }));

export const telegramFaults: Fault[] = [
  fails('Telegram: 429 with retry_after', onEach({ kind: 'error', error_code: 429, retry_after: 2, times: 6 })),
  fails('Telegram: 500', onEach({ kind: 'error', error_code: 500, times: 8 }, [...CALLS, 'downloadFile'])),
  fails('Telegram: 409, another poller', [{ method: 'getUpdates', kind: 'error', error_code: 409, times: 3 }]),
  fails(
    'Telegram: a timeout after it did deliver',
    onEach({ kind: 'drop-after', times: 6 }, ['sendMessage', 'editMessageMedia', 'sendPhoto']),
  ),
  {
    name: 'Telegram: 403, users who blocked the bot',
    unreachable: (crowd) => crowd.chats.slice(0, 3),
    async strike(stage) {
      const { suite, crowd } = stage;
      for (const chatId of crowd.chats.slice(0, 3)) {
        await suite.sandbox.order({ chatId, kind: 'error', error_code: 403, times: 1_000_000 });
      }
      return inFullWork(stage);
    },
    restore: ({ sandbox }) => sandbox.clearFaults(),
  },
];
