import { Chats } from '../chat/chats.ts';
import { FileVault } from '../chat/file-vault.ts';
import { MediaStore } from '../chat/media-store.ts';
import { CallbackQueries } from './callback-queries.ts';
import { Faults } from './faults.ts';
import { Pace } from './pace.ts';
import { UpdateQueue } from './update-queue.ts';
import { UrlFetcher } from './url-fetcher.ts';
import { Webhook } from './webhook.ts';
import type { BotProfile } from './wire.ts';

/** The whole state of a sandbox. */
export interface Telegram {
  bot: BotProfile;
  chats: Chats;
  media: MediaStore;
  updates: UpdateQueue;
  webhook: Webhook;
  faults: Faults;
  pace: Pace;
  urls: UrlFetcher;
  /** Number of calls by method, also refused ones. */
  calls: Map<string, number>;
  /** Values of setMyCommands and similar methods, by name, scope and language. */
  settings: Map<string, unknown>;
  callbacks: CallbackQueries;
  /** Returns an unused `media_group_id`. */
  nextAlbum(): string;
}

export function createTelegram(token: string, fetchesAnywhere = false): Telegram {
  const updates = new UpdateQueue();
  let albums = 0;
  return {
    bot: {
      id: Number.parseInt(token, 10),
      name: 'attrai',
      username: 'attrai_sandbox_bot',
      readsAllGroupMessages: false,
      hasTopics: false,
    },
    chats: new Chats(),
    media: new MediaStore(new FileVault()),
    updates,
    webhook: new Webhook(updates),
    faults: new Faults(),
    pace: new Pace(),
    urls: new UrlFetcher(fetchesAnywhere),
    calls: new Map(),
    settings: new Map(),
    callbacks: new CallbackQueries(),
    nextAlbum: () => `${Date.now()}${++albums}`,
  };
}
