import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultOrder } from '../../harness/suite/sandbox-client.ts';
import type { Fault } from './fault.ts';
import { inFullWork } from './moments.ts';

/** Calls that the bot makes for a photo. */
const CALLS = ['getFile', 'sendPhoto', 'sendMessage', 'deleteMessage'];
const BLOCKING_USERS = 3;

/** Telegram fails so many calls of each kind. */
function fails(name: string, orders: FaultOrder[]): Fault {
  const ordered = orders.reduce((sum, { times }) => sum + times, 0);
  let failed = 0;
  return {
    name,
    async moment(stage) {
      for (const order of orders) await stage.suite.sandbox.order(order);
      return inFullWork(stage);
    },
    async strike({ suite: { sandbox }, outageMs }) {
      await sleep(outageMs);
      failed = ordered - (await sandbox.faultsLeft());
      await sandbox.clearFaults();
    },
    check: async () => (failed > 0 ? [] : ['no call has failed']),
  };
}

const onEach = (order: Omit<FaultOrder, 'method'>, methods = CALLS) => methods.map((method) => ({ ...order, method }));

export const telegramFaults: Fault[] = [
  fails('Telegram: 429 with retry_after', onEach({ kind: 'error', error_code: 429, retry_after: 2, times: 6 })),
  fails('Telegram: 500', onEach({ kind: 'error', error_code: 500, times: 8 }, [...CALLS, 'downloadFile'])),
  fails('Telegram: 409, another poller', [{ method: 'getUpdates', kind: 'error', error_code: 409, times: 3 }]),
  fails(
    'Telegram: a timeout after it did deliver',
    onEach({ kind: 'drop-after', times: 6 }, ['sendPhoto', 'sendMessage']),
  ),
  {
    name: 'Telegram: 403, users who blocked the bot',
    unreachable: ({ chats }) => chats.slice(0, BLOCKING_USERS),
    async moment(stage) {
      for (const chatId of stage.crowd.chats.slice(0, BLOCKING_USERS)) {
        await stage.suite.sandbox.order({ chatId, kind: 'error', error_code: 403, times: 1_000_000 });
      }
      return inFullWork(stage);
    },
  },
];
