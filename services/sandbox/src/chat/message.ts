/** A file the sandbox keeps, without its bytes (see FileVault). */
export interface StoredFile {
  /** `file_id` of the Bot API: unguessable, so that it may stand in a URL. */
  id: string;
  kind: 'photo' | 'document' | 'video' | 'sticker';
  /** `file_unique_id` of the Bot API. */
  uniqueId: string;
  /** `file_path` of the Bot API, like `photos/file_7.jpg`. */
  path: string;
  size: number;
  mimeType: string;
  /** As the sender named it; only for documents and videos. */
  name: string | undefined;
  /** Pixels; only for photos, stickers and videos. */
  width: number | undefined;
  height: number | undefined;
}

/** https://core.telegram.org/bots/api#messageentity; offset and length in UTF-16 units. */
export interface Entity {
  type: string;
  offset: number;
  length: number;
  url?: string;
  language?: string;
}

export interface FormattedText {
  text: string;
  entities: Entity[];
}

export const NO_TEXT: FormattedText = { text: '', entities: [] };

export type Content =
  | { kind: 'text'; text: FormattedText }
  /** `sizes` ascend; the last is the largest. A spoiler is hidden until it is touched. */
  | { kind: 'photo'; sizes: StoredFile[]; caption: FormattedText; spoiler: boolean }
  | { kind: 'document'; file: StoredFile; caption: FormattedText }
  | { kind: 'video'; file: StoredFile; seconds: number; caption: FormattedText }
  | { kind: 'sticker'; file: StoredFile; emoji: string }
  /** Nobody's words: what happened in the chat, by its field in the Bot API's Message. */
  | { kind: 'service'; happened: Record<string, unknown> };

/** A button under a message: it either sends `callback_data` to the bot or opens `url`. */
export interface Button {
  text: string;
  callback_data?: string;
  url?: string;
}

export interface User {
  id: number;
  /** IETF tag as Telegram's `language_code`. */
  languageCode: string | undefined;
  /** Another bot than the one the sandbox is for, or one of those Telegram puts in a chat's place. */
  bot?: { name: string; username: string };
}

/** A group or channel in whose name somebody wrote. */
export interface SenderChat {
  id: number;
  kind: 'group' | 'supergroup' | 'channel';
  title: string;
}

/** One thing that happened to a message, kept so that tests can count answers. */
export interface Change {
  /** Milliseconds since the epoch. */
  at: number;
  /** The Bot API method that did it, `user` for the user's own doing. */
  by: string;
  kind: Content['kind'] | 'deleted';
  /** Text or caption after the change. */
  text: string;
}

export interface StoredMessage {
  id: number;
  chatId: number;
  from: User | 'bot';
  senderChat: SenderChat | undefined;
  /** Sent by a user, made by the bot. */
  viaBot: boolean;
  /** The topic, or in a supergroup without topics the message that its thread of replies began with. */
  threadId: number | undefined;
  /** Milliseconds since the epoch. */
  sentAt: number;
  editedAt: number | undefined;
  content: Content;
  replyTo: number | undefined;
  buttons: Button[][] | undefined;
  /** The bot's, an emoji. */
  reaction: string | undefined;
  mediaGroupId: string | undefined;
  /** What the page called the message before it had an id. */
  clientKey: string | undefined;
  /** Kept from the bot by its privacy mode. */
  hidden: boolean;
  /** No phone rings. */
  silent: boolean;
  deleted: boolean;
  /** Oldest first, bounded. */
  changes: Change[];
}

/** Text of a text message, caption of any other. */
export function textOf(content: Content): FormattedText {
  if (content.kind === 'text') return content.text;
  return 'caption' in content ? content.caption : NO_TEXT;
}
