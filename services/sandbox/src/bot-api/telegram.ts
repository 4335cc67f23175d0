import { Chats } from '../chat/chats.ts';
import { FileVault } from '../chat/file-vault.ts';
import { MediaStore } from '../chat/media-store.ts';
import type { BotProfile } from './bot-profile.ts';
import { CallbackQueries } from './callback-queries.ts';
import { Faults } from './faults.ts';
import { Pace } from './pace.ts';
import { UpdateQueue } from './update-queue.ts';
import { UrlFetcher } from './url-fetcher.ts';
import { Webhook } from './webhook.ts';

/** The whole state of a sandbox. */
export class Telegram {
  readonly bot: BotProfile;
  readonly chats = new Chats();
  readonly media = new MediaStore(new FileVault());
  readonly updates = new UpdateQueue();
  readonly webhook = new Webhook(this.updates);
  readonly faults = new Faults();
  readonly pace = new Pace();
  readonly urls: UrlFetcher;
  /** Number of calls by method, also refused ones. */
  readonly calls = new Map<string, number>();
  /** Values of setMyCommands and similar methods, by name, scope and language. */
  readonly settings = new Map<string, unknown>();
  readonly callbacks = new CallbackQueries();
  #albums = 0;

  constructor(token: string, fetchesAnywhere = false) {
    const [id, username] = [Number.parseInt(token, 10), 'attrai_sandbox_bot'];
    this.bot = { id, name: 'attrai', username, readsAllGroupMessages: false, hasTopics: false };
    this.urls = new UrlFetcher(fetchesAnywhere);
  }

  /** Returns an unused `media_group_id`. */
  nextAlbum(): string {
    return `${Date.now()}${++this.#albums}`;
  }
}
