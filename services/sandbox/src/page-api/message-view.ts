import { type Content, type StoredFile, type StoredMessage, textOf } from '../chat/message.ts';

/** A message for the page and for tests. Fields that are undefined are left out of JSON. */
export type MessageView = ReturnType<typeof viewMessage>;

export function viewMessage(message: StoredMessage) {
  const { content } = message;
  const { text, entities } = textOf(content);
  const isText = content.kind === 'text';
  return {
    message_id: message.id,
    /** `nobody` for an event in the chat. */
    from: content.kind === 'service' ? 'nobody' : message.from === 'bot' ? 'bot' : 'user',
    /** Milliseconds since the epoch. */
    date: message.sentAt,
    text: isText ? text : undefined,
    caption: isText || text === '' ? undefined : text,
    entities: entities.length > 0 ? entities : undefined,
    ...viewContent(content),
    reaction: message.reaction,
    thread_id: message.threadId,
    hidden: message.hidden || undefined,
    silent: message.silent || undefined,
    reply_to: message.replyTo,
    edited: message.editedAt !== undefined || undefined,
    buttons: message.buttons,
    media_group_id: message.mediaGroupId,
    client_key: message.clientKey,
  };
}

interface ContentView {
  photo_url?: string;
  photo_width?: number | undefined;
  photo_height?: number | undefined;
  spoiler?: boolean | undefined;
  document_url?: string;
  document_name?: string;
  document_size?: number;
  /** The event's field in the Bot API's Message, and the name in it. */
  service?: string;
  service_words?: string | undefined;
}

function viewContent(content: Content): ContentView {
  if (content.kind === 'photo') {
    return { ...viewPhoto(content.sizes.at(-1)!), spoiler: content.spoiler || undefined };
  }
  if (content.kind === 'sticker') return viewPhoto(content.file);
  if (content.kind === 'text') return {};
  if (content.kind === 'service') {
    const [[service, details]] = Object.entries(content.happened) as [[string, { name?: string } | undefined]];
    return { service, service_words: details?.name };
  }
  const { id, name, size } = content.file;
  return { document_url: `/media/${id}`, document_name: name ?? 'file', document_size: size };
}

function viewPhoto({ id, width, height }: StoredFile): ContentView {
  return { photo_url: `/media/${id}`, photo_width: width, photo_height: height };
}
