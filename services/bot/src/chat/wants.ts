// What somebody wants of the bot, as the network's adapter reads it from an update.

export interface Person {
  /** That of the channel or group if the message was sent in its name. */
  id: string;
  /** IETF tag such as `ru-RU`. */
  language?: string | undefined;
}

/** A photo, or a file that may be one. */
export interface Photo {
  /** At least one, the largest first. */
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
  | 'avif'
  | 'tiff'
  | 'bmp'
  | 'pdf'
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
  /** Photos that were sent at once share it. */
  albumId?: string | undefined;
  /** It is hidden until it is touched. */
  spoiler?: true | undefined;
  /** It names the bot, asks for scores, or replies to one of the bot's messages. */
  isForBot: boolean;
}

/** The message somebody points at when they ask for scores. */
export interface PointedAt {
  /** Undefined where our answer can't reply to it. */
  messageId?: string | undefined;
  content: { photo: Photo } | { what: NotAPhoto };
  albumId?: string | undefined;
  spoiler?: true | undefined;
  /** The bot has sent it. */
  isOurs: boolean;
}

/** Somebody asks for the scores of a photo that somebody has sent. */
export interface AskedScore extends Message {
  kind: 'score';
  /** Undefined if they point at nothing. */
  about?: PointedAt | undefined;
}

export interface SentCommand extends Message {
  kind: 'command';
  /** Without the slash. */
  name: string;
}

export interface SentOther extends Message {
  kind: 'other';
  what: NotAPhoto;
  albumId?: string | undefined;
  /** As for a photo. */
  isForBot: boolean;
}

export interface PressedButton {
  kind: 'press';
  pressId: string;
  from: Person;
  /** That of the button. */
  data?: string | undefined;
  /** The bot's message with the button; undefined if it is too old for the network to tell. */
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
  /** What the network tells of it can't be read. */
  unreadable?: true;
}

export type Want = SentPhoto | AskedScore | SentCommand | SentOther | PressedButton;
