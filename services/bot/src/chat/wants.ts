// What somebody wants of the bot, as the network's adapter reads it from an update.

export interface Person {
  /** Of the channel or group, if it was sent in its name. */
  id: string;
  /** IETF tag such as `ru-RU`. */
  language?: string | undefined;
}

/** A photo, or an image file. */
export interface Photo {
  /** The largest first; one at the least. */
  sizes: PhotoSize[];
}

export interface PhotoSize {
  fileId: string;
  /** Unknown for some files. */
  bytes?: number | undefined;
  /** Pixels of the shorter side; unknown for files. */
  side?: number | undefined;
}

/** What was sent instead of a photo. Each has its own answer. */
export type NotAPhoto =
  | 'text'
  | 'sticker'
  | 'gif'
  | 'video'
  | 'video_note'
  | 'voice'
  | 'heic'
  | 'other_image'
  | 'document'
  | 'other';

interface Message {
  chatId: string;
  messageId: string;
  from: Person;
  inPrivate: boolean;
  topicId?: string | undefined;
}

export interface SentPhoto extends Message {
  kind: 'photo';
  photo: Photo;
  /** Photos sent at once share it. */
  albumId?: string | undefined;
  /** Its sender had it hidden until it is touched. */
  spoiler?: true | undefined;
  /** It names the bot, or replies to one of its messages. */
  isForBot: boolean;
}

export interface SentCommand extends Message {
  kind: 'command';
  /** Without the slash. */
  name: string;
}

export interface SentOther extends Message {
  kind: 'other';
  what: NotAPhoto;
}

export interface PressedButton {
  kind: 'press';
  pressId: string;
  from: Person;
  /** As the button had it. */
  data?: string | undefined;
  /** The message of ours below which the button is; undefined if it is too old to be told. */
  answer?: {
    chatId: string;
    messageId: string;
    inPrivate: boolean;
    topicId?: string | undefined;
    /** The message it replies to. */
    about?:
      | {
          messageId: string;
          senderId?: string | undefined;
          photo?: Photo | undefined;
          spoiler?: true | undefined;
        }
      | undefined;
  };
  /** The network told it in a way that can't be read. */
  unreadable?: true;
}

export type Want = SentPhoto | SentCommand | SentOther | PressedButton;
