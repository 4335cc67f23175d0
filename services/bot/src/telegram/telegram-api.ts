import { codeOf, FinalError, RetryableError } from '@attrai/contracts/errors';
import { TelegramError } from 'telegraf';
import type { BotCommand, Update, UserFromGetMe, WebhookInfo } from 'telegraf/types';
import type { Address, Button, Chat, Edited } from '../chat/chat.ts';
import { downloadFile } from './download-file.ts';
import { createHttpClient, type HttpClient, readBody } from './http-client.ts';
import { multipart, PICTURE_FIELD } from './multipart.ts';
import { gradeTelegramError } from './telegram-errors.ts';

export interface TelegramApiOptions {
  token: string;
  /** Another Bot API server than https://api.telegram.org. */
  apiRoot?: string | undefined;
  /** Telegram wants `chatId` left alone for so long. */
  onBusy(chatId: string, ms: number): void;
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

interface CallOptions {
  timeoutMs?: number;
  /** False for calls that may not be made twice. */
  repeatable?: boolean;
  /** Goes along as a file. */
  picture?: Buffer;
  signal?: AbortSignal;
}

/** The calls this bot makes. All throw graded errors as `gradeTelegramError` tells, without token and payload. */
export class TelegramApi implements Chat {
  #token: string;
  #ask: HttpClient;
  #onBusy: TelegramApiOptions['onBusy'];
  #moved = new Map<number, number>();

  constructor({ token, apiRoot, onBusy }: TelegramApiOptions) {
    this.#token = token;
    this.#ask = createHttpClient(apiRoot ?? 'https://api.telegram.org');
    this.#onBusy = onBusy;
  }

  getMe(): Promise<UserFromGetMe> {
    return this.#call('getMe', {});
  }

  async deleteWebhook(): Promise<void> {
    await this.#call('deleteWebhook', {});
  }

  /** Has messages brought to `url`, with `secret` in the header X-Telegram-Bot-Api-Secret-Token. */
  async setWebhook(url: string, secret: string): Promise<void> {
    await this.#call('setWebhook', { url, secret_token: secret, allowed_updates: UPDATES });
  }

  /** The URL that is set, '' if none, and what went wrong if Telegram could not bring updates since a minute ago. */
  async webhookInfo(): Promise<{ url: string; failure?: string }> {
    const info = await this.#call<WebhookInfo>('getWebhookInfo', {});
    const failedAt = (info.last_error_date ?? 0) * 1000;
    const failure = Date.now() - failedAt < RECENT_MS ? info.last_error_message : undefined;
    return { url: info.url ?? '', ...(failure !== undefined && { failure }) };
  }

  async setCommands(commands: BotCommand[], language?: string): Promise<void> {
    await this.#call('setMyCommands', { commands, ...(language !== undefined && { language_code: language }) });
  }

  async setDescription({ long, short }: { long: string; short: string }, language?: string): Promise<void> {
    const to = language === undefined ? {} : { language_code: language };
    await this.#call('setMyDescription', { description: long, ...to });
    await this.#call('setMyShortDescription', { short_description: short, ...to });
  }

  /** Updates from `offset` on; waits for the first one up to `waitSeconds`. Throws when `signal` aborts. */
  getUpdates(offset: number, waitSeconds: number, signal: AbortSignal): Promise<Update[]> {
    return this.#call<Update[]>(
      'getUpdates',
      { offset, timeout: waitSeconds, allowed_updates: UPDATES },
      { timeoutMs: waitSeconds * 1000 + POLL_GRACE_MS, signal },
    );
  }

  async send(to: Address, text: string, button?: Button): Promise<string> {
    return this.#sendNew('sendMessage', { ...newMessage(to, button), text });
  }

  async sendPicture(to: Address, picture: Buffer, caption: string, button?: Button): Promise<string> {
    const options = { timeoutMs: UPLOAD_TIMEOUT_MS, picture };
    return this.#sendNew(
      'sendPhoto',
      { ...newMessage(to, button), caption, ...(to.spoiler && { has_spoiler: true }) },
      options,
    );
  }

  edit(chatId: string, messageId: string, text: string, button?: Button): Promise<Edited> {
    return this.#edit('editMessageText', { ...messageOf(chatId, messageId), text, reply_markup: markup(button) });
  }

  editIntoPicture(
    chatId: string,
    messageId: string,
    picture: Buffer,
    caption: string,
    button?: Button,
  ): Promise<Edited> {
    const media = { type: 'photo', media: `attach://${PICTURE_FIELD}`, caption };
    const payload = { ...messageOf(chatId, messageId), media, reply_markup: markup(button) };
    return this.#edit('editMessageMedia', payload, { timeoutMs: UPLOAD_TIMEOUT_MS, picture });
  }

  async delete(chatId: string, messageId: string): Promise<void> {
    try {
      await this.#call('deleteMessage', messageOf(chatId, messageId));
    } catch (error) {
      if (codeOf(error) !== 'telegram_refused' || !/not found/i.test((error as Error).message)) throw error;
    }
  }

  async answerPress(pressId: string, text: string): Promise<void> {
    const payload = { callback_query_id: pressId, text, show_alert: text.length > FEW_WORDS };
    await this.#call('answerCallbackQuery', payload);
  }

  async download(fileId: string, maxBytes: number): Promise<Buffer> {
    const path = await this.#filePath(fileId);
    return downloadFile(this.#ask, `file/bot${this.#token}/${path}`, maxBytes);
  }

  async #sendNew(method: string, payload: Payload, options: CallOptions = {}): Promise<string> {
    const sent = await this.#call<{ message_id: number }>(method, payload, { ...options, repeatable: false });
    return String(sent.message_id);
  }

  async #edit(method: string, payload: Payload, options: CallOptions = {}): Promise<Edited> {
    try {
      await this.#call(method, payload, options);
      return 'edited';
    } catch (error) {
      if (!(error instanceof FinalError) || error.code !== 'telegram_refused') throw error;
      // No text: it is a picture already, so an earlier try got through.
      if (/message is not modified|no text in the message to edit/i.test(error.message)) return 'edited';
      if (/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i.test(error.message)) return 'gone';
      throw error;
    }
  }

  async #filePath(fileId: string): Promise<string> {
    try {
      const { file_path } = await this.#call<{ file_path?: string }>('getFile', { file_id: fileId });
      if (file_path !== undefined) return file_path;
      throw new FinalError('file_gone', 'Telegram has the file no more.');
    } catch (error) {
      if (!(error instanceof FinalError) || error.code !== 'telegram_refused') throw error;
      if (/too big/i.test(error.message)) throw new FinalError('file_too_large', error.message);
      if (/temporarily/i.test(error.message)) throw new RetryableError('telegram_failed', error.message);
      throw new FinalError('file_gone', error.message);
    }
  }

  async #call<T>(method: string, payload: Payload, options: CallOptions = {}): Promise<T> {
    const { repeatable = true } = options;
    const chatId = payload.chat_id;
    const addressed = chatId === undefined ? payload : { ...payload, chat_id: this.#moved.get(chatId) ?? chatId };
    try {
      return (await this.#callOnce(method, addressed, options)) as T;
    } catch (error) {
      const movedTo = error instanceof TelegramError ? error.parameters?.migrate_to_chat_id : undefined;
      if (movedTo !== undefined && chatId !== undefined && !this.#moved.has(chatId)) {
        if (this.#moved.size >= MOVED_CHATS) this.#moved.clear();
        this.#moved.set(chatId, movedTo);
        return this.#call(method, payload, options);
      }
      const graded = gradeTelegramError(method, error, repeatable);
      if (graded instanceof RetryableError && graded.retryAfterMs !== undefined && chatId !== undefined) {
        this.#onBusy(String(chatId), graded.retryAfterMs);
      }
      throw graded;
    }
  }

  /** @throws TelegramError that has Telegram's refusal; else what went wrong on the way */
  async #callOnce(method: string, payload: Payload, options: CallOptions): Promise<unknown> {
    const { timeoutMs = CALL_TIMEOUT_MS, picture, signal } = options;
    const { contentType, body } = picture ? multipart(payload, picture) : json(payload);
    const headers = { 'content-type': contentType };
    const path = `bot${this.#token}/${method}`;
    const response = await this.#ask({ method: 'POST', path, headers, body, timeoutMs, signal });
    const text = String(await readBody(response));
    const { statusCode = 0, statusMessage = '' } = response;
    if (statusCode >= 500) throw new TelegramError({ error_code: statusCode, description: statusMessage });
    const answer = JSON.parse(text);
    if (!answer.ok) throw new TelegramError(answer);
    return answer.result;
  }
}

function json(payload: Payload) {
  return { contentType: 'application/json', body: [Buffer.from(JSON.stringify(payload))] };
}

function messageOf(chatId: string, messageId: string) {
  return { chat_id: Number(chatId), message_id: Number(messageId) };
}

function newMessage({ chatId, replyTo, topicId, silent }: Address, button: Button | undefined) {
  return {
    chat_id: Number(chatId),
    reply_markup: markup(button),
    ...(topicId !== undefined && { message_thread_id: Number(topicId) }),
    ...(silent && { disable_notification: true }),
    ...(replyTo !== undefined && {
      reply_parameters: { message_id: Number(replyTo), allow_sending_without_reply: true },
    }),
  };
}

function markup(button: Button | undefined) {
  return button && { inline_keyboard: [[{ text: button.text, callback_data: button.data }]] };
}
