import {
  type Button,
  type Content,
  type Entity,
  type StoredFile,
  type StoredMessage,
  textOf,
} from '../chat/message.ts';

/** A message as the page and the tests see it. Absent: none, or no. */
export interface MessageView {
  message_id: number;
  /** `nobody`: something that happened in the chat. */
  from: 'user' | 'bot' | 'nobody';
  /** Milliseconds since the epoch. */
  date: number;
  text?: string;
  caption?: string;
  /** Of the text or the caption. */
  entities?: Entity[];
  photo_url?: string;
  photo_width?: number;
  photo_height?: number;
  spoiler?: true;
  document_url?: string;
  document_name?: string;
  document_size?: number;
  reply_to?: number;
  /** The emoji the bot reacted with. */
  reaction?: string;
  /** The name of what happened, as the Bot API calls it, and what it says of it. */
  service?: string;
  service_words?: string;
  thread_id?: number;
  /** Kept from the bot by its privacy mode. */
  hidden?: true;
  /** No phone rings. */
  silent?: true;
  edited?: true;
  buttons?: Button[][];
  media_group_id?: string;
  client_key?: string;
}

export function viewMessage(message: StoredMessage): MessageView {
  const { content } = message;
  const { text, entities } = textOf(content);
  return {
    message_id: message.id,
    from: content.kind === 'service' ? 'nobody' : message.from === 'bot' ? 'bot' : 'user',
    date: message.sentAt,
    ...(content.kind === 'text' ? { text } : text !== '' && { caption: text }),
    ...(entities.length > 0 && { entities }),
    ...viewContent(content),
    ...(message.reaction !== undefined && { reaction: message.reaction }),
    ...(message.threadId !== undefined && { thread_id: message.threadId }),
    ...(message.hidden && { hidden: true as const }),
    ...(message.silent && { silent: true as const }),
    ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
    ...(message.editedAt !== undefined && { edited: true as const }),
    ...(message.buttons && { buttons: message.buttons }),
    ...(message.mediaGroupId !== undefined && { media_group_id: message.mediaGroupId }),
    ...(message.clientKey !== undefined && { client_key: message.clientKey }),
  };
}

function viewContent(content: Content) {
  switch (content.kind) {
    case 'photo':
      return { ...viewPhoto(content.sizes.at(-1)!), ...(content.spoiler && { spoiler: true as const }) };
    case 'sticker':
      return viewPhoto(content.file);
    case 'document':
    case 'video':
      return viewDocument(content.file);
    case 'service': {
      const [[service, details]] = Object.entries(content.happened) as [[string, unknown]];
      const name = (details as { name?: unknown } | undefined)?.name;
      return { service, ...(typeof name === 'string' && { service_words: name }) };
    }
    default:
      return {};
  }
}

function viewPhoto({ id, width, height }: StoredFile) {
  return { photo_url: `/media/${id}`, photo_width: width!, photo_height: height! };
}

function viewDocument({ id, name, size }: StoredFile) {
  return { document_url: `/media/${id}`, document_name: name ?? 'file', document_size: size };
}
