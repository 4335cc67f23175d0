import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultOrder } from '@attrai/sandbox/bot-api/faults';
import type { Fault, Stage } from './fault.ts';
import { inFullWork } from './moments.ts';

/** Calls that the bot makes for a photo. */
const CALLS = ['getFile', 'sendPhoto', 'sendMessage', 'deleteMessage'];
const BLOCKING_USERS = 3;

class FailedCalls implements Fault {
  readonly name: string;
  readonly orders: FaultOrder[];
  failed = 0;

  constructor(name: string, order: FaultOrder, methods = CALLS) {
    this.name = `Telegram: ${name}`;
    this.orders = methods.map((method) => ({ ...order, method }));
  }

  async moment(stage: Stage): Promise<number> {
    for (const order of this.orders) await stage.suite.sandbox.order(order);
    return inFullWork(stage);
  }

  async strike({ suite: { sandbox }, outageMs }: Stage): Promise<void> {
    await sleep(outageMs);
    this.failed = this.orders.reduce((sum, { times }) => sum + times, 0) - (await sandbox.faultsLeft());
    await sandbox.clearFaults();
  }

  async check(): Promise<string[]> {
    return this.failed > 0 ? [] : ['no call has failed'];
  }
}

export const telegramFaults: Fault[] = [
  new FailedCalls('429 with retry_after', { kind: 'error', error_code: 429, retry_after: 2, times: 6 }),
  new FailedCalls('500', { kind: 'error', error_code: 500, times: 8 }, [...CALLS, 'downloadFile']),
  new FailedCalls('409, another poller', { kind: 'error', error_code: 409, times: 3 }, ['getUpdates']),
  new FailedCalls('a timeout after it did deliver', { kind: 'drop-after', times: 6 }, ['sendPhoto', 'sendMessage']),
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
