import type { Content, StoredMessage } from '../chat/message.ts';
import { badRequest } from './api-error.ts';
import { checkRight, readChat } from './chat-access.ts';
import { readCaption, readText } from './formatted-text.ts';
import { readButtons } from './inline-keyboard.ts';
import { isSpoiler, readAlbum, readDocument, readPhoto } from './input-media.ts';
import { type Method, show } from './method.ts';
import type { Params } from './params.ts';
import { readPlace } from './placement.ts';
import type { Telegram } from './telegram.ts';

const ACTIONS =
  /^(typing|choose_sticker|find_location|upload_(photo|document)|(record|upload)_(video|voice|video_note))$/;

const sendMessage: Method = (params, telegram) => {
  readChat(params, telegram, 'write');
  return sendOne({ kind: 'text', text: readText(params) }, params, telegram);
};

const sendPhoto: Method = async (params, telegram) => {
  readChat(params, telegram, 'write');
  const caption = readCaption(params);
  const sizes = await readPhoto({ upload: params.upload('photo'), value: params.string('photo') }, telegram);
  return sendOne({ kind: 'photo', sizes, caption, spoiler: isSpoiler(params) }, params, telegram);
};

const sendDocument: Method = (params, telegram) => {
  readChat(params, telegram, 'write');
  const caption = readCaption(params);
  const file = readDocument({ upload: params.upload('document'), value: params.string('document') }, telegram);
  return sendOne({ kind: 'document', file, caption }, params, telegram);
};

/** Ignores `reply_markup`, as Telegram. */
const sendMediaGroup: Method = async (params, telegram) => {
  readChat(params, telegram, 'write');
  const contents = await readAlbum(params, telegram);
  const mediaGroupId = contents.length > 1 ? telegram.nextAlbum() : undefined;
  return send(contents, params, telegram, { mediaGroupId }).map((message) => show(message, telegram));
};

const copyMessage: Method = (params, telegram) => {
  const from = readChat(params, telegram, 'read', 'from_chat_id');
  const message = telegram.chats.find(from.id, params.integer('message_id'));
  if (!message) throw badRequest('message to copy not found');
  const { content } = message;
  if (content.kind === 'service') throw badRequest("message can't be copied");
  const recaptioned = 'caption' in content && params.string('caption') !== undefined;
  const copy = recaptioned ? { ...content, caption: readCaption(params) } : content;
  const [copied] = send([copy], params, telegram, { buttons: readButtons(params) });
  return { message_id: copied!.id };
};

const sendChatAction: Method = (params, telegram) => {
  const chat = readChat(params, telegram, 'write');
  const action = params.string('action') ?? '';
  if (!ACTIONS.test(action)) throw badRequest('wrong parameter action in request');
  telegram.chats.showAction(chat.id, action);
  return true;
};

export const sendMethods: Record<string, Method> = {
  sendMessage,
  sendPhoto,
  sendDocument,
  sendMediaGroup,
  copyMessage,
  sendChatAction,
};

function sendOne(content: Content, params: Params, telegram: Telegram): object {
  const [message] = send([content], params, telegram, { buttons: readButtons(params) });
  return show(message!, telegram);
}

type Extras = Pick<Partial<StoredMessage>, 'buttons' | 'mediaGroupId'>;

function send(contents: Content[], params: Params, telegram: Telegram, extras: Extras): StoredMessage[] {
  const { chat, threadId, replyTo } = readPlace(params, telegram);
  for (const { kind } of contents) checkRight(chat, kind);
  telegram.pace.count(chat, contents.length);
  const silent = params.boolean('disable_notification');
  const common = { from: 'bot', threadId, replyTo, silent, ...extras } as const;
  return contents.map((content) => telegram.chats.post(chat.id, { ...common, content }, params.method));
}
