import { getJson, sendJson } from './chat-client.js';

/** Where the chats of a user's groups are, from the user's id: Telegram's supergroups have ids like these. */
const CHATS = { group: -1_000_000_000_000, topic: -1_010_000_000_000 };

/** Where this page writes, by the address's hash: alone with the bot, in a group with it, or in a topic of one. */
export class Place {
  /** The `message_thread_id`, once it is known. */
  #topic;

  /** @param {string} hash @param {number} userId */
  constructor(hash, userId) {
    const name = hash.slice(1);
    this.name = name in CHATS ? name : 'private';
    this.isGroup = this.name !== 'private';
    this.userId = userId;
    this.chatId = this.isGroup ? CHATS[this.name] - userId : userId;
  }

  /** What goes along with all the user does here. */
  get fields() {
    return this.isGroup ? { user_id: this.userId, message_thread_id: this.#topic } : {};
  }

  /** @param {object} view a message of the chat */
  holds(view) {
    return this.name !== 'topic' || view.thread_id === this.#topic;
  }

  /** Sees to it that the group is there: a sandbox that was started anew knows of none. */
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
