import { firstId } from './first-id.ts';
import { type Button, type Content, type StoredMessage, textOf, type User } from './message.ts';

/** Messages kept over all chats; the oldest go first. */
const MAX_MESSAGES = 50_000;
/** Changes kept of one message; progress edits can be many. */
const MAX_CHANGES = 200;

export interface Draft {
  from: User | 'bot';
  content: Content;
  replyTo?: number | undefined;
  buttons?: Button[][] | undefined;
  mediaGroupId?: string | undefined;
  clientKey?: string | undefined;
}

/** What a page that watches a chat is told. */
export type ChatEvent =
  | { kind: 'message' | 'edit'; message: StoredMessage }
  | { kind: 'delete'; messageId: number }
  | { kind: 'action'; action: string }
  | ({ kind: 'answer' } & Answer);

/** What the bot says to whoever pressed a button. */
export interface Answer {
  /** What the page called the press. */
  clientKey: string | undefined;
  text: string;
  /** In a dialog, which waits until it is closed. */
  alert: boolean;
}

type Listener = (event: ChatEvent) => void;

/** Every chat and its messages, in memory. A chat exists from its user's first message on. */
export class Chats {
  #messages = new Map<number, StoredMessage>();
  #chats = new Map<number, Map<number, StoredMessage>>();
  #listeners = new Map<number, Set<Listener>>();
  #nextId = firstId();
  #maxMessages: number;

  constructor(maxMessages = MAX_MESSAGES) {
    this.#maxMessages = maxMessages;
  }

  has(chatId: number): boolean {
    return this.#chats.has(chatId);
  }

  ids(): number[] {
    return [...this.#chats.keys()];
  }

  /** Oldest first, with those deleted, whose traces tests may want. */
  everything(chatId: number): StoredMessage[] {
    return [...(this.#chats.get(chatId)?.values() ?? [])];
  }

  /** What the user sees, oldest first. */
  visible(chatId: number): StoredMessage[] {
    return this.everything(chatId).filter((message) => !message.deleted);
  }

  find(chatId: number, messageId: number): StoredMessage | undefined {
    const message = this.#chats.get(chatId)?.get(messageId);
    return message?.deleted ? undefined : message;
  }

  findByClientKey(chatId: number, key: string | undefined): StoredMessage | undefined {
    return key === undefined ? undefined : this.everything(chatId).find((message) => message.clientKey === key);
  }

  /** Adds a message. `by` is the Bot API method, or `user`. */
  post(chatId: number, draft: Draft, by: string): StoredMessage {
    const message: StoredMessage = {
      id: this.#nextId++,
      chatId,
      from: draft.from,
      sentAt: Date.now(),
      editedAt: undefined,
      content: draft.content,
      replyTo: draft.replyTo,
      buttons: draft.buttons,
      mediaGroupId: draft.mediaGroupId,
      clientKey: draft.clientKey,
      deleted: false,
      changes: [],
    };
    this.#messages.set(message.id, message);
    const chat = this.#chats.get(chatId) ?? new Map<number, StoredMessage>();
    this.#chats.set(chatId, chat.set(message.id, message));
    if (this.#messages.size > this.#maxMessages) this.#dropOldest();
    this.#record(message, by);
    this.#tell(chatId, { kind: 'message', message });
    return message;
  }

  /** New buttons under the same content don't make a message an edited one. */
  edit(message: StoredMessage, content: Content, buttons: Button[][] | undefined, by: string): void {
    if (content !== message.content) message.editedAt = Date.now();
    message.content = content;
    message.buttons = buttons;
    this.#record(message, by);
    this.#tell(message.chatId, { kind: 'edit', message });
  }

  delete(message: StoredMessage, by: string): void {
    message.deleted = true;
    this.#record(message, by);
    this.#tell(message.chatId, { kind: 'delete', messageId: message.id });
  }

  showAction(chatId: number, action: string): void {
    this.#tell(chatId, { kind: 'action', action });
  }

  answerCallback(chatId: number, answer: Answer): void {
    this.#tell(chatId, { kind: 'answer', ...answer });
  }

  /** Calls `listener` with all that happens in the chat from now on; returns what ends it. */
  watch(chatId: number, listener: Listener): () => void {
    const listeners = this.#listeners.get(chatId) ?? new Set();
    this.#listeners.set(chatId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(chatId);
    };
  }

  #record(message: StoredMessage, by: string) {
    const kind = message.deleted ? 'deleted' : message.content.kind;
    message.changes.push({ at: Date.now(), by, kind, text: textOf(message.content).text });
    if (message.changes.length > MAX_CHANGES) message.changes.shift();
  }

  #tell(chatId: number, event: ChatEvent) {
    for (const listener of this.#listeners.get(chatId) ?? []) listener(event);
  }

  #dropOldest() {
    const [id, { chatId }] = this.#messages.entries().next().value!;
    this.#messages.delete(id);
    const chat = this.#chats.get(chatId)!;
    chat.delete(id);
    if (chat.size === 0) this.#chats.delete(chatId);
  }
}
