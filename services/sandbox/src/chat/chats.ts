import { type Chat, createChat } from './chat.ts';
import { firstId } from './first-id.ts';
import { type Button, type Content, type StoredMessage, textOf } from './message.ts';

/** Most messages in all chats. The oldest are dropped first. */
const MAX_MESSAGES = 50_000;
/** Most recorded changes of a message, which may have many progress edits. */
const MAX_CHANGES = 200;

type Draft = Pick<StoredMessage, 'from' | 'content'> &
  Partial<Omit<StoredMessage, 'id' | 'chatId' | 'sentAt' | 'editedAt' | 'deleted' | 'changes'>>;

/** An event for the pages that show a chat. */
export type ChatEvent =
  | { kind: 'message' | 'edit'; message: StoredMessage }
  | { kind: 'delete'; messageId: number }
  | { kind: 'action'; action: string }
  | ({ kind: 'answer' } & Answer);

/** The bot's answer to a pressed button. */
export interface Answer {
  /** The page's name for the press. */
  clientKey: string | undefined;
  text: string;
  /** Show it in a dialog. */
  alert: boolean;
}

type Listener = (event: ChatEvent) => void;

interface Kept {
  chat: Chat;
  messages: Map<number, StoredMessage>;
  lastId: number;
}

/** All chats and their messages, in memory. A chat is created by a user's first message or by its setup. */
export class Chats {
  /** Oldest first. */
  #messages = new Set<StoredMessage>();
  #chats = new Map<number, Kept>();
  #listeners = new Map<number, Set<Listener>>();
  /** Private chats and basic groups share one sequence of message ids. Each supergroup has its own, from 1. */
  #lastId = firstId();
  #maxMessages: number;

  constructor(maxMessages = MAX_MESSAGES) {
    this.#maxMessages = maxMessages;
  }

  get(chatId: number): Chat | undefined {
    return this.#chats.get(chatId)?.chat;
  }

  /** Gets or creates a chat. */
  open(chatId: number): Chat {
    return this.#keep(chatId).chat;
  }

  ids(): number[] {
    return [...this.#chats.keys()];
  }

  /** All messages, oldest first, also deleted ones. */
  everything(chatId: number): StoredMessage[] {
    return [...(this.#chats.get(chatId)?.messages.values() ?? [])];
  }

  /** The messages that are not deleted, oldest first. */
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

  nextId(chatId: number): number {
    const kept = this.#chats.get(chatId);
    return 1 + (kept?.chat.kind === 'supergroup' ? kept.lastId : this.#lastId);
  }

  /** Adds a message. `by` is the method of the Bot API, or `user`. */
  post(chatId: number, draft: Draft, by: string): StoredMessage {
    const kept = this.#keep(chatId);
    const message: StoredMessage = {
      senderChat: undefined,
      viaBot: false,
      threadId: undefined,
      replyTo: undefined,
      buttons: undefined,
      reaction: undefined,
      mediaGroupId: undefined,
      clientKey: undefined,
      hidden: false,
      silent: false,
      ...draft,
      id: this.nextId(chatId),
      chatId,
      sentAt: Date.now(),
      editedAt: undefined,
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

  /** Does not mark a message as edited if only its buttons change. */
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

  /** Calls `listener` at each event of the chat. Returns a function that ends this. */
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
