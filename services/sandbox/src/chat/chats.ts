import { type Chat, createChat } from './chat.ts';
import { firstId } from './first-id.ts';
import { type Button, type Content, type SenderChat, type StoredMessage, textOf, type User } from './message.ts';

/** Most messages kept in all chats. The oldest are dropped first. */
const MAX_MESSAGES = 50_000;
/** Changes kept of one message; progress edits can be many. */
const MAX_CHANGES = 200;

export interface Draft {
  from: User | 'bot';
  content: Content;
  senderChat?: SenderChat | undefined;
  viaBot?: boolean;
  threadId?: number | undefined;
  replyTo?: number | undefined;
  buttons?: Button[][] | undefined;
  mediaGroupId?: string | undefined;
  clientKey?: string | undefined;
  hidden?: boolean;
  silent?: boolean;
}

/** An event for a page that watches a chat. */
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

interface Kept {
  chat: Chat;
  messages: Map<number, StoredMessage>;
  lastId: number;
}

/** Every chat and its messages, in memory. A chat exists from its user's first message on, or once it is set up. */
export class Chats {
  /** Oldest first. */
  #messages = new Set<StoredMessage>();
  #chats = new Map<number, Kept>();
  #listeners = new Map<number, Set<Listener>>();
  /** Private chats and basic groups share their ids; each supergroup has its own, from 1. */
  #lastId = firstId();
  #maxMessages: number;

  constructor(maxMessages = MAX_MESSAGES) {
    this.#maxMessages = maxMessages;
  }

  get(chatId: number): Chat | undefined {
    return this.#chats.get(chatId)?.chat;
  }

  /** The chat, new if there was none. */
  open(chatId: number): Chat {
    return this.#keep(chatId).chat;
  }

  ids(): number[] {
    return [...this.#chats.keys()];
  }

  /** Oldest first, with those deleted, whose traces tests may want. */
  everything(chatId: number): StoredMessage[] {
    return [...(this.#chats.get(chatId)?.messages.values() ?? [])];
  }

  /** What the user sees, oldest first. */
  visible(chatId: number): StoredMessage[] {
    return this.everything(chatId).filter((message) => !message.deleted);
  }

  find(chatId: number, messageId: number | undefined): StoredMessage | undefined {
    const message = this.#chats.get(chatId)?.messages.get(messageId ?? 0);
    return message?.deleted ? undefined : message;
  }

  findByClientKey(chatId: number, key: string | undefined): StoredMessage | undefined {
    return key === undefined ? undefined : this.everything(chatId).find((message) => message.clientKey === key);
  }

  /** The id the chat's next message will have. */
  nextId(chatId: number): number {
    const kept = this.#chats.get(chatId);
    return 1 + (kept?.chat.kind === 'supergroup' ? kept.lastId : this.#lastId);
  }

  /** Adds a message. `by` is the Bot API method, or `user`. */
  post(chatId: number, draft: Draft, by: string): StoredMessage {
    const kept = this.#keep(chatId);
    const message: StoredMessage = {
      id: this.nextId(chatId),
      chatId,
      from: draft.from,
      senderChat: draft.senderChat,
      viaBot: draft.viaBot ?? false,
      threadId: draft.threadId,
      sentAt: Date.now(),
      editedAt: undefined,
      content: draft.content,
      replyTo: draft.replyTo,
      buttons: draft.buttons,
      reaction: undefined,
      mediaGroupId: draft.mediaGroupId,
      clientKey: draft.clientKey,
      hidden: draft.hidden ?? false,
      silent: draft.silent ?? false,
      deleted: false,
      changes: [],
    };
    if (kept.chat.kind === 'supergroup') kept.lastId = message.id;
    else this.#lastId = message.id;
    if (draft.from === 'bot') kept.chat.botSpokeLast = true;
    else if (draft.from.bot && !draft.senderChat) kept.chat.botSpokeLast = false;
    this.#messages.add(message);
    kept.messages.set(message.id, message);
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

  react(message: StoredMessage, reaction: string | undefined): void {
    message.reaction = reaction;
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

  #keep(chatId: number): Kept {
    const kept = this.#chats.get(chatId) ?? { chat: createChat(chatId), messages: new Map(), lastId: 0 };
    this.#chats.set(chatId, kept);
    return kept;
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
    const message: StoredMessage = this.#messages.values().next().value!;
    this.#messages.delete(message);
    const { messages } = this.#chats.get(message.chatId)!;
    messages.delete(message.id);
    if (messages.size === 0) this.#chats.delete(message.chatId);
  }
}
