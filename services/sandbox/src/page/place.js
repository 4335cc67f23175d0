import { getJson, sendJson } from './chat-client.js';

/** The ids of a user's groups are these minus the user's id. They look like ids of Telegram's supergroups. */
const CHATS = { group: -1_000_000_000_000, topic: -1_010_000_000_000 };

/** The place that the hash of the URL names: private chat, group, or a topic of a group. */
export class Place {
  /** The `message_thread_id`, once it is known. */
  #topic;

  constructor(hash, userId) {
    const name = hash.slice(1);
    this.name = name in CHATS ? name : 'private';
    this.isGroup = this.name !== 'private';
    this.userId = userId;
    this.chatId = this.isGroup ? CHATS[this.name] - userId : userId;
  }

  /** Fields of all requests from this place. */
  get fields() {
    return this.isGroup ? { user_id: this.userId, message_thread_id: this.#topic } : {};
  }

  /** Whether a message of the chat belongs to this place. */
  holds(view) {
    return this.name !== 'topic' || view.thread_id === this.#topic;
  }

  /** Creates the group and its topic if they don't exist, as after a restart of the sandbox. */
  async prepare() {
    if (!this.isGroup) return;
    const path = `/api/chats/${this.chatId}`;
    await sendJson(path, 'PATCH', { is_forum: this.name === 'topic', user_id: this.userId });
    if (this.name !== 'topic') return;
    const [known] = Object.keys((await getJson(path)).topics);
    this.#topic = known
      ? Number(known)
      : (await sendJson(`${path}/topics`, 'POST', { name: 'Photos' })).message_thread_id;
  }
}
