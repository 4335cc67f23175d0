import { codeOf, FinalError, RetryableError } from '@attrai/contracts/errors';
import { TelegramError } from 'telegraf';
import type { BotCommand, Update, UserFromGetMe, WebhookInfo } from 'telegraf/types';
import { downloadFile } from './download-file.ts';
import { createHttpClient, readBody } from './http-client.ts';
import { multipart, PICTURE_FIELD } from './multipart.ts';
import { gradeTelegramError } from './telegram-errors.ts';

export interface TelegramApiOptions {
  token: string;
  /** Another Bot API server than https://api.telegram.org. */
  apiRoot?: string | undefined;
  /** Telegram wants `chatId` left alone for so long. */
  onBusy(chatId: number, ms: number): void;
}

/** A message of ours on its way: to which chat, and to which of the user's messages it replies. */
export interface Address {
  chatId: number;
  replyTo?: number;
}

/** Below a message of ours. `data` comes back when it is pressed: at most 64 bytes. */
export interface Button {
  text: string;
  data: string;
}

/** 'gone': the message can't be edited (any more). */
export type Edited = 'edited' | 'gone';

/** The calls this bot makes. All throw graded errors as `gradeTelegramError` tells, without token and payload. */
export interface TelegramApi {
  getMe(): Promise<UserFromGetMe>;
  deleteWebhook(): Promise<void>;
  /** Has messages brought to `url`, with `secret` in the header X-Telegram-Bot-Api-Secret-Token. */
  setWebhook(url: string, secret: string): Promise<void>;
  /** The URL that is set, '' if none, and what went wrong if Telegram could not bring updates since a minute ago. */
  webhookInfo(): Promise<{ url: string; failure?: string }>;
  setCommands(commands: BotCommand[], language?: string): Promise<void>;
  setDescription(texts: { long: string; short: string }, language?: string): Promise<void>;
  /** Updates from `offset` on; waits for the first one up to `waitSeconds`. Throws when `signal` aborts. */
  getUpdates(offset: number, waitSeconds: number, signal: AbortSignal): Promise<Update[]>;
  /** The id of the new message. Never repeated once it went out: FinalError `delivery_unknown`. */
  sendText(to: Address, text: string, button?: Button): Promise<number>;
  /** As `sendText`, with a picture. */
  sendPicture(to: Address, picture: Buffer, caption: string, button?: Button): Promise<number>;
  /** An edit takes away the button there was, unless it is given again. */
  editText(chatId: number, messageId: number, text: string, button?: Button): Promise<Edited>;
  /** Turns a message, also one of text alone, into a picture. */
  editIntoPicture(
    chatId: number,
    messageId: number,
    picture: Buffer,
    caption: string,
    button?: Button,
  ): Promise<Edited>;
  /** Of a message that is gone it is done already. */
  deleteMessage(chatId: number, messageId: number): Promise<void>;
  /** Shows `text`, at most 200 characters, to who pressed a button: in passing if it is short, else until they have read it. */
  answerPress(queryId: string, text: string): Promise<void>;
  /** The bytes of a file. FinalError `file_too_large` beyond `maxBytes`, `file_gone` if Telegram has it no more. */
  download(fileId: string, maxBytes: number): Promise<Buffer>;
}

const UPDATES = ['message', 'callback_query'];
/** What can be read while it shows in passing, characters. */
const FEW_WORDS = 40;
const CALL_TIMEOUT_MS = 15_000;
const UPLOAD_TIMEOUT_MS = 40_000;
/** A poll that is this late after its wait is a dead connection. */
const POLL_GRACE_MS = 15_000;
/** A failure of the webhook before that is over. */
const RECENT_MS = 60_000;
/** Groups that became supergroups under a new id, remembered up to this many. */
const MOVED_CHATS = 1_000;

type Payload = Record<string, unknown> & { chat_id?: number };

export function createTelegramApi({ token, apiRoot, onBusy }: TelegramApiOptions): TelegramApi {
  const ask = createHttpClient(apiRoot ?? 'https://api.telegram.org');
  const moved = new Map<number, number>();

  interface CallOptions {
    timeoutMs?: number;
    /** False for calls that may not be made twice. */
    repeatable?: boolean;
    /** Goes along as a file. */
    picture?: Buffer;
    signal?: AbortSignal;
  }

  /** @throws TelegramError that has Telegram's refusal; else what went wrong on the way */
  async function callOnce(method: string, payload: Payload, options: CallOptions): Promise<unknown> {
    const { timeoutMs = CALL_TIMEOUT_MS, picture, signal } = options;
    const { contentType, body } = picture ? multipart(payload, picture) : json(payload);
    const headers = { 'content-type': contentType };
    const response = await ask({ method: 'POST', path: `bot${token}/${method}`, headers, body, timeoutMs, signal });
    const text = String(await readBody(response));
    const { statusCode = 0, statusMessage = '' } = response;
    if (statusCode >= 500) throw new TelegramError({ error_code: statusCode, description: statusMessage });
    const answer = JSON.parse(text);
    if (!answer.ok) throw new TelegramError(answer);
    return answer.result;
  }

  async function call<T>(method: string, payload: Payload, options: CallOptions = {}): Promise<T> {
    const { repeatable = true } = options;
    const chatId = payload.chat_id;
    const addressed = chatId === undefined ? payload : { ...payload, chat_id: moved.get(chatId) ?? chatId };
    try {
      return (await callOnce(method, addressed, options)) as T;
    } catch (error) {
      const movedTo = error instanceof TelegramError ? error.parameters?.migrate_to_chat_id : undefined;
      if (movedTo !== undefined && chatId !== undefined && !moved.has(chatId)) {
        if (moved.size >= MOVED_CHATS) moved.clear();
        moved.set(chatId, movedTo);
        return call(method, payload, options);
      }
      const graded = gradeTelegramError(method, error, repeatable);
      if (graded instanceof RetryableError && graded.retryAfterMs !== undefined && chatId !== undefined) {
        onBusy(chatId, graded.retryAfterMs);
      }
      throw graded;
    }
  }

  async function edit(method: string, payload: Payload, options: CallOptions = {}): Promise<Edited> {
    try {
      await call(method, payload, options);
      return 'edited';
    } catch (error) {
      if (!(error instanceof FinalError) || error.code !== 'telegram_refused') throw error;
      // No text: it is a picture already, so an earlier try got through.
      if (/message is not modified|no text in the message to edit/i.test(error.message)) return 'edited';
      if (/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i.test(error.message)) return 'gone';
      throw error;
    }
  }

  return {
    getMe: () => call('getMe', {}),
    async deleteWebhook() {
      await call('deleteWebhook', {});
    },
    async setWebhook(url, secret) {
      await call('setWebhook', { url, secret_token: secret, allowed_updates: UPDATES });
    },
    async webhookInfo() {
      const info = await call<WebhookInfo>('getWebhookInfo', {});
      const failedAt = (info.last_error_date ?? 0) * 1000;
      const failure = Date.now() - failedAt < RECENT_MS ? info.last_error_message : undefined;
      return { url: info.url ?? '', ...(failure !== undefined && { failure }) };
    },
    async setCommands(commands, language) {
      await call('setMyCommands', { commands, ...(language !== undefined && { language_code: language }) });
    },
    async setDescription({ long, short }, language) {
      const to = language === undefined ? {} : { language_code: language };
      await call('setMyDescription', { description: long, ...to });
      await call('setMyShortDescription', { short_description: short, ...to });
    },
    getUpdates: (offset, waitSeconds, signal) =>
      call<Update[]>(
        'getUpdates',
        { offset, timeout: waitSeconds, allowed_updates: UPDATES },
        { timeoutMs: waitSeconds * 1000 + POLL_GRACE_MS, signal },
      ),
    async sendText(to, text, button) {
      const payload = { chat_id: to.chatId, text, reply_parameters: replyParameters(to), reply_markup: markup(button) };
      return (await call<{ message_id: number }>('sendMessage', payload, { repeatable: false })).message_id;
    },
    async sendPicture(to, picture, caption, button) {
      const reply = { reply_parameters: replyParameters(to), reply_markup: markup(button) };
      const payload = { chat_id: to.chatId, caption, ...reply };
      const options = { repeatable: false, timeoutMs: UPLOAD_TIMEOUT_MS, picture };
      return (await call<{ message_id: number }>('sendPhoto', payload, options)).message_id;
    },
    editText(chatId, messageId, text, button) {
      const payload = { chat_id: chatId, message_id: messageId, text, reply_markup: markup(button) };
      return edit('editMessageText', payload);
    },
    editIntoPicture(chatId, messageId, picture, caption, button) {
      const media = { type: 'photo', media: `attach://${PICTURE_FIELD}`, caption };
      const options = { timeoutMs: UPLOAD_TIMEOUT_MS, picture };
      const payload = { chat_id: chatId, message_id: messageId, media, reply_markup: markup(button) };
      return edit('editMessageMedia', payload, options);
    },
    async deleteMessage(chatId, messageId) {
      try {
        await call('deleteMessage', { chat_id: chatId, message_id: messageId });
      } catch (error) {
        if (codeOf(error) !== 'telegram_refused' || !/not found/i.test((error as Error).message)) throw error;
      }
    },
    async answerPress(queryId, text) {
      await call('answerCallbackQuery', { callback_query_id: queryId, text, show_alert: text.length > FEW_WORDS });
    },
    async download(fileId, maxBytes) {
      const path = await filePath(fileId);
      return downloadFile(ask, `file/bot${token}/${path}`, maxBytes);
    },
  };

  async function filePath(fileId: string): Promise<string> {
    try {
      const { file_path } = await call<{ file_path?: string }>('getFile', { file_id: fileId });
      if (file_path !== undefined) return file_path;
      throw new FinalError('file_gone', 'Telegram has the file no more.');
    } catch (error) {
      if (!(error instanceof FinalError) || error.code !== 'telegram_refused') throw error;
      if (/too big/i.test(error.message)) throw new FinalError('file_too_large', error.message);
      if (/temporarily/i.test(error.message)) throw new RetryableError('telegram_failed', error.message);
      throw new FinalError('file_gone', error.message);
    }
  }
}

function json(payload: Payload) {
  return { contentType: 'application/json', body: [Buffer.from(JSON.stringify(payload))] };
}

function markup(button: Button | undefined) {
  return button && { inline_keyboard: [[{ text: button.text, callback_data: button.data }]] };
}

function replyParameters({ replyTo }: Address) {
  return replyTo === undefined ? undefined : { message_id: replyTo, allow_sending_without_reply: true };
}
