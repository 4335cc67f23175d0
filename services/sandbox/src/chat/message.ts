/** A file the sandbox keeps, without its bytes (see FileVault). */
export interface StoredFile {
  /** `file_id` of the Bot API: unguessable, so that it may stand in a URL. */
  id: string;
  /** `file_unique_id` of the Bot API. */
  uniqueId: string;
  /** `file_path` of the Bot API, like `photos/file_7.jpg`. */
  path: string;
  size: number;
  mimeType: string;
  /** As the sender named it; only for documents. */
  name: string | undefined;
  /** Pixels; only for photos. */
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
  /** `sizes` ascend; the last is the largest. */
  | { kind: 'photo'; sizes: StoredFile[]; caption: FormattedText }
  | { kind: 'document'; file: StoredFile; caption: FormattedText };

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
  /** Milliseconds since the epoch. */
  sentAt: number;
  editedAt: number | undefined;
  content: Content;
  replyTo: number | undefined;
  buttons: Button[][] | undefined;
  mediaGroupId: string | undefined;
  /** What the page called the message before it had an id. */
  clientKey: string | undefined;
  deleted: boolean;
  /** Oldest first, bounded. */
  changes: Change[];
}

/** Text of a text message, caption of any other. */
export function textOf(content: Content): FormattedText {
  return content.kind === 'text' ? content.text : content.caption;
}
