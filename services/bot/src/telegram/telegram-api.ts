import { codeOf, FinalError, RetryableError } from '@attrai/contracts/errors';
import type {
  BotCommand,
  BotDescription,
  BotShortDescription,
  Update,
  UserFromGetMe,
  WebhookInfo,
} from 'telegraf/types';
import type { Address, Button, Chat, Edited } from '../chat/chat.ts';
import { Files } from './files.ts';
import { HttpClient, TELEGRAM } from './http-client.ts';
import { multipart, PICTURE_FIELD } from './multipart.ts';
import type { ProxySetting } from './proxy-setting.ts';
import { readAnswer } from './read-answer.ts';
import { gradeTelegramError, Refused } from './telegram-errors.ts';

export interface TelegramApiOptions {
  token: string;
  /** Another Bot API server than https://api.telegram.org. */
  apiRoot?: string | undefined;
  /** All calls go through it, and downloads from the same server. */
  proxy?: ProxySetting | undefined;
  /** Where files are had if not from that server. */
  files?: FilePlace | undefined;
  /** Files can't be had: what the operator has to do. */
  onFilesProblem?(problem: string): void;
  /** Telegram wants `chatId` left alone for so long. */
  onBusy(chatId: string, ms: number): void;
}

/** A folder on this machine, or another server. */
export interface FilePlace {
  dir?: string | undefined;
  server?: { root: string; proxy?: ProxySetting | undefined } | undefined;
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
/** What is said in a topic that was deleted is said in the chat, as a reply. */
const TOPIC_GONE = /message thread not found|TOPIC_DELETED|TOPIC_ID_INVALID/i;
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
  #http: HttpClient;
  readonly files: Files;
  #onBusy: TelegramApiOptions['onBusy'];
  #moved = new Map<number, number>();

  constructor({ token, apiRoot = TELEGRAM, proxy, files, onFilesProblem, onBusy }: TelegramApiOptions) {
    this.#token = token;
    this.#http = new HttpClient(apiRoot, proxy);
    const { dir, server } = files ?? {};
    this.files = new Files({
      token,
      dir,
      http: server ? new HttpClient(server.root, server.proxy) : this.#http,
      servedBy: server ? 'TELEGRAM_FILE_ROOT' : new URL(apiRoot).origin === TELEGRAM ? 'telegram' : 'own server',
      ...(onFilesProblem && { onProblem: onFilesProblem }),
    });
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

  /** As they were set for exactly this language, or for all others; none if they were not. */
  commands(language?: string): Promise<BotCommand[]> {
    return this.#call('getMyCommands', languageOf(language));
  }

  async setCommands(commands: BotCommand[], language?: string): Promise<void> {
    await this.#call('setMyCommands', { commands, ...languageOf(language) });
  }

  /** What an empty chat with the bot shows. */
  async description(language?: string): Promise<string> {
    const { description } = await this.#call<BotDescription>('getMyDescription', languageOf(language));
    return description;
  }

  async setDescription(description: string, language?: string): Promise<void> {
    await this.#call('setMyDescription', { description, ...languageOf(language) });
  }

  /** What the bot's page shows. */
  async shortDescription(language?: string): Promise<string> {
    const found = await this.#call<BotShortDescription>('getMyShortDescription', languageOf(language));
    return found.short_description;
  }

  async setShortDescription(text: string, language?: string): Promise<void> {
    await this.#call('setMyShortDescription', { short_description: text, ...languageOf(language) });
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
    { chatId, spoiler }: Pick<Address, 'chatId' | 'spoiler'>,
    messageId: string,
    picture: Buffer,
    caption: string,
    button?: Button,
  ): Promise<Edited> {
    const media = { type: 'photo', media: `attach://${PICTURE_FIELD}`, caption, ...(spoiler && { has_spoiler: true }) };
    const payload = { ...messageOf(chatId, messageId), media, reply_markup: markup(button) };
    return this.#edit('editMessageMedia', payload, { timeoutMs: UPLOAD_TIMEOUT_MS, picture });
  }

  async delete(chatId: string, messageId: string): Promise<void> {
    // With the old group, which nobody reads any more.
    if (this.#moved.has(Number(chatId))) return;
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
    return this.files.get(await this.#filePath(fileId), maxBytes);
  }

  async #sendNew(method: string, payload: Payload, options: CallOptions = {}): Promise<string> {
    try {
      const sent = await this.#call<{ message_id: number }>(method, payload, { ...options, repeatable: false });
      return String(sent.message_id);
    } catch (error) {
      const { message_thread_id: topic, ...elsewhere } = payload;
      if (topic === undefined || codeOf(error) !== 'telegram_refused' || !TOPIC_GONE.test((error as Error).message)) {
        throw error;
      }
      return this.#sendNew(method, elsewhere, options);
    }
  }

  async #edit(method: string, payload: Payload & { chat_id: number }, options: CallOptions = {}): Promise<Edited> {
    if (this.#moved.has(payload.chat_id)) return 'gone';
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
      // A server of one's own gets the file from Telegram before it answers.
      const options = { timeoutMs: UPLOAD_TIMEOUT_MS };
      const { file_path } = await this.#call<{ file_path?: string }>('getFile', { file_id: fileId }, options);
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
    try {
      return (await this.#callOnce(method, this.#whereItIs(payload), options)) as T;
    } catch (error) {
      const movedTo = error instanceof Refused ? error.movedTo : undefined;
      if (movedTo !== undefined && chatId !== undefined && !this.#moved.has(chatId)) {
        if (this.#moved.size >= MOVED_CHATS) this.#moved.clear();
        this.#moved.set(chatId, movedTo);
        return this.#call(method, payload, options);
      }
      // The proxy's failures are graded: they say more than what they mean for the call.
      const graded = error instanceof RetryableError ? error : gradeTelegramError(method, error, repeatable);
      if (graded instanceof RetryableError && graded.retryAfterMs !== undefined && chatId !== undefined) {
        this.#onBusy(String(chatId), graded.retryAfterMs);
      }
      throw graded;
    }
  }

  /** In the supergroup that a group has become, where its messages have other ids, and this bot knows none of them. */
  #whereItIs(payload: Payload): Payload {
    const movedTo = payload.chat_id === undefined ? undefined : this.#moved.get(payload.chat_id);
    if (movedTo === undefined) return payload;
    const { reply_parameters: _, message_thread_id: __, ...rest } = payload;
    return { ...rest, chat_id: movedTo };
  }

  /** @throws what `readAnswer` and the HTTP client throw */
  async #callOnce(method: string, payload: Payload, options: CallOptions): Promise<unknown> {
    const { timeoutMs = CALL_TIMEOUT_MS, picture, signal } = options;
    const { contentType, body } = picture ? multipart(payload, picture) : json(payload);
    const headers = { 'content-type': contentType };
    const path = `bot${this.#token}/${method}`;
    return readAnswer(await this.#http.ask({ method: 'POST', path, headers, body, timeoutMs, signal }));
  }
}

function json(payload: Payload) {
  return { contentType: 'application/json', body: [Buffer.from(JSON.stringify(payload))] };
}

function languageOf(language: string | undefined) {
  return language === undefined ? {} : { language_code: language };
}

function messageOf(chatId: string, messageId: string) {
  return { chat_id: Number(chatId), message_id: Number(messageId) };
}

function newMessage({ chatId, replyTo, topicId, silent }: Address, button: Button | undefined) {
  return {
    chat_id: Number(chatId),
    reply_markup: markup(button),
    message_thread_id: topicId === undefined ? undefined : Number(topicId),
    disable_notification: silent || undefined,
    reply_parameters:
      replyTo === undefined ? undefined : { message_id: Number(replyTo), allow_sending_without_reply: true },
  };
}

function markup(button: Button | undefined) {
  return button && { inline_keyboard: [[{ text: button.text, callback_data: button.data }]] };
}
