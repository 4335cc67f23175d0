import { type Content, type FormattedText, type StoredFile, textOf } from '../chat/message.ts';

/** The content as fields of https://core.telegram.org/bots/api#message */
export function wireContent(content: Content): object {
  const { text, entities } = textOf(content);
  switch (content.kind) {
    case 'text':
      return { text, ...(entities.length > 0 && { entities }) };
    case 'photo':
      return {
        photo: content.sizes.map((file) => ({ ...wireFile(file), ...sides(file) })),
        ...(content.spoiler && { has_media_spoiler: true }),
        ...caption(content.caption),
      };
    case 'document':
      return { document: { ...wireFile(content.file), ...nameAndType(content.file) }, ...caption(content.caption) };
    case 'video': {
      const { file, seconds: duration } = content;
      const video = { ...wireFile(file), ...sides(file), duration, ...nameAndType(file) };
      return { video, ...caption(content.caption) };
    }
    case 'sticker': {
      const { file, emoji } = content;
      const kind = { type: 'regular', is_animated: false, is_video: false };
      return { sticker: { ...wireFile(file), ...sides(file), ...kind, emoji } };
    }
    case 'service':
      return content.happened;
  }
}

export function wireFile(file: StoredFile): object {
  return { file_id: file.id, file_unique_id: file.uniqueId, file_size: file.size };
}

function caption({ text, entities }: FormattedText): object {
  return text === '' ? {} : { caption: text, ...(entities.length > 0 && { caption_entities: entities }) };
}

function sides({ width, height }: StoredFile): object {
  return { width, height };
}

function nameAndType({ name, mimeType }: StoredFile): object {
  return { file_name: name, mime_type: mimeType };
}
