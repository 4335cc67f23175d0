/** A file of the FileVault, without its bytes. */
export interface StoredFile {
  /** `file_id` of the Bot API. Nobody can guess it, so it may be part of a URL. */
  id: string;
  kind: 'photo' | 'document' | 'video' | 'sticker';
  /** `file_unique_id` of the Bot API. */
  uniqueId: string;
  /** `file_path` of the Bot API, like `photos/file_7.jpg`. */
  path: string;
  size: number;
  mimeType: string;
  /** Name by the sender; only for documents and videos. */
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
  url?: string | undefined;
  language?: string | undefined;
}

export interface FormattedText {
  text: string;
  entities: Entity[];
}

export type Content =
  | { kind: 'text'; text: FormattedText }
  /** `sizes` are ascending. A spoiler is hidden until it is touched. */
  | { kind: 'photo'; sizes: StoredFile[]; caption: FormattedText; spoiler: boolean }
  | { kind: 'document'; file: StoredFile; caption: FormattedText }
  | { kind: 'video'; file: StoredFile; seconds: number; caption: FormattedText }
  | { kind: 'sticker'; file: StoredFile; emoji: string }
  /** An event in the chat, as a field of the Bot API's Message. */
  | { kind: 'service'; happened: Record<string, unknown> };

/** An inline button with either `callback_data` or `url`. */
export interface Button {
  text: string;
  callback_data?: string;
  url?: string;
}

export interface User {
  id: number;
  /** Telegram's `language_code`, an IETF tag. */
  languageCode: string | undefined;
  /** Another bot, or one of Telegram's bots that stand for a chat. */
  bot?: { name: string; username: string };
}

/** A group or channel that a user writes for. */
export interface SenderChat {
  id: number;
  kind: 'group' | 'supergroup' | 'channel';
  title: string;
}

/** A change of a message, for tests. */
export interface Change {
  /** Milliseconds since the epoch. */
  at: number;
  /** The method of the Bot API, or `user`. */
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
  /** Sent by a user via the bot. */
  viaBot: boolean;
  /** The topic; in a supergroup without topics, the first message of the thread of replies. */
  threadId: number | undefined;
  /** Milliseconds since the epoch. */
  sentAt: number;
  editedAt: number | undefined;
  content: Content;
  replyTo: number | undefined;
  buttons: Button[][] | undefined;
  reaction: string | undefined;
  mediaGroupId: string | undefined;
  /** The page's name for the message before it has an id. */
  clientKey: string | undefined;
  /** The bot does not get it, because of privacy mode. */
  hidden: boolean;
  /** No phone rings. */
  silent: boolean;
  deleted: boolean;
  /** Oldest first, bounded. */
  changes: Change[];
}

/** The text or caption of a message. */
export function textOf(content: Content): FormattedText {
  if (content.kind === 'text') return content.text;
  return 'caption' in content ? content.caption : { text: '', entities: [] };
}
