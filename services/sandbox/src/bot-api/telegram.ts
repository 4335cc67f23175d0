import { Chats } from '../chat/chats.ts';
import { FileVault } from '../chat/file-vault.ts';
import { MediaStore } from '../chat/media-store.ts';
import { CallbackQueries } from './callback-queries.ts';
import { Faults } from './faults.ts';
import { UpdateQueue } from './update-queue.ts';
import { Webhook } from './webhook.ts';
import type { BotProfile } from './wire.ts';

/** All that the stand-in for Telegram knows; one per sandbox. */
export interface Telegram {
  bot: BotProfile;
  chats: Chats;
  media: MediaStore;
  updates: UpdateQueue;
  webhook: Webhook;
  faults: Faults;
  /** Calls by method, refused ones too. */
  calls: Map<string, number>;
  /** What setMyCommands and its like stored, by what it is, scope and language. */
  settings: Map<string, unknown>;
  callbacks: CallbackQueries;
}

/** A Telegram without chats, for the bot whose id is the part of `token` before its colon. */
export function createTelegram(token: string): Telegram {
  const updates = new UpdateQueue();
  return {
    bot: { id: Number.parseInt(token, 10), name: 'attrai', username: 'attrai_sandbox_bot' },
    chats: new Chats(),
    media: new MediaStore(new FileVault()),
    updates,
    webhook: new Webhook(updates),
    faults: new Faults(),
    calls: new Map(),
    settings: new Map(),
    callbacks: new CallbackQueries(),
  };
}
