import { codeOf, FinalError, RetryableError } from '@attrai/contracts/errors';
import type { Update, UserFromGetMe, WebhookInfo } from 'telegraf/types';
import type { Address, Button, Chat, Edited } from '../chat/chat.ts';
import { BotApi, type BotApiOptions, type CallOptions, type Payload } from './bot-api.ts';
import { Files } from './files.ts';
import { HttpClient, TELEGRAM } from './http-client.ts';
import { PICTURE_FIELD } from './multipart.ts';
import type { ProxySetting } from './proxy-setting.ts';

export interface TelegramApiOptions extends Omit<BotApiOptions, 'http'> {
  /** Another Bot API server than https://api.telegram.org. */
  apiRoot?: string | undefined;
  /** For all calls, and for downloads from the same server. */
  proxy?: ProxySetting | undefined;
  /** Where files are, if not on that server. */
  files?: FilePlace | undefined;
  /** Gets what the operator must do so that files can be downloaded. */
  onFilesProblem?(problem: string): void;
}

/** A folder on this machine, or another server. */
export interface FilePlace {
  dir?: string | undefined;
  server?: { root: string; proxy?: ProxySetting | undefined } | undefined;
}

const UPDATES = ['message', 'callback_query'];
/** Characters that can be read while Telegram shows them for a moment. */
const FEW_WORDS = 40;
const UPLOAD_TIMEOUT_MS = 40_000;
/** If a poll's answer is later than this, the connection is dead. */
const POLL_GRACE_MS = 15_000;
/** An older failure of the webhook is over. */
const RECENT_MS = 60_000;
/** The topic was deleted. Then the message goes to the chat, as a reply. */
const TOPIC_GONE = /message thread not found|TOPIC_DELETED|TOPIC_ID_INVALID/i;

/** The calls that this bot makes. They throw what `BotApi.call` throws. */
export class TelegramApi implements Chat {
  readonly bot: BotApi;
  readonly files: Files;

  constructor({ token, apiRoot = TELEGRAM, proxy, files, onFilesProblem, onBusy }: TelegramApiOptions) {
    const http = new HttpClient(apiRoot, proxy);
    this.bot = new BotApi({ token, http, onBusy });
    const { dir, server } = files ?? {};
    this.files = new Files({
      token,
      dir,
      http: server ? new HttpClient(server.root, server.proxy) : http,
      servedBy: server ? 'TELEGRAM_FILE_ROOT' : new URL(apiRoot).origin === TELEGRAM ? 'telegram' : 'own server',
      ...(onFilesProblem && { onProblem: onFilesProblem }),
    });
  }

  getMe(): Promise<UserFromGetMe> {
    return this.bot.call('getMe');
  }

  async deleteWebhook(): Promise<void> {
    await this.bot.call('deleteWebhook');
  }

  /** Telegram brings updates to `url`, with `secret` in the header X-Telegram-Bot-Api-Secret-Token. */
  async setWebhook(url: string, secret: string): Promise<void> {
    await this.bot.call('setWebhook', { url, secret_token: secret, allowed_updates: UPDATES });
  }

  /** The URL that is set, or ''; and why Telegram could not bring updates, if that was less than a minute ago. */
  async webhookInfo(): Promise<{ url: string; failure?: string }> {
    const info = await this.bot.call<WebhookInfo>('getWebhookInfo');
    const failedAt = (info.last_error_date ?? 0) * 1000;
    const failure = Date.now() - failedAt < RECENT_MS ? info.last_error_message : undefined;
    return { url: info.url ?? '', ...(failure !== undefined && { failure }) };
  }

  /** Updates from `offset` on. Waits up to `waitSeconds` for the first. Throws when `signal` aborts. */
  getUpdates(offset: number, waitSeconds: number, signal: AbortSignal): Promise<Update[]> {
    return this.bot.call<Update[]>(
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
    { chatId, messageId, spoiler }: Pick<Address, 'chatId' | 'spoiler'> & { messageId: string },
    picture: Buffer,
    caption: string,
    button?: Button,
  ): Promise<Edited> {
    const media = { type: 'photo', media: `attach://${PICTURE_FIELD}`, caption, ...(spoiler && { has_spoiler: true }) };
    const payload = { ...messageOf(chatId, messageId), media, reply_markup: markup(button) };
    return this.#edit('editMessageMedia', payload, { timeoutMs: UPLOAD_TIMEOUT_MS, picture });
  }

  async delete(chatId: string, messageId: string): Promise<void> {
    // Nobody reads the old group any more.
    if (this.bot.hasMoved(chatId)) return;
    try {
      await this.bot.call('deleteMessage', messageOf(chatId, messageId));
    } catch (error) {
      if (codeOf(error) !== 'telegram_refused' || !/not found/i.test((error as Error).message)) throw error;
    }
  }

  async answerPress(pressId: string, text: string): Promise<void> {
    const payload = { callback_query_id: pressId, text, show_alert: text.length > FEW_WORDS };
    await this.bot.call('answerCallbackQuery', payload);
  }

  async download(fileId: string, maxBytes: number): Promise<Buffer> {
    return this.files.get(await this.#filePath(fileId), maxBytes);
  }

  async #sendNew(method: string, payload: Payload, options: CallOptions = {}): Promise<string> {
    try {
      const sent = await this.bot.call<{ message_id: number }>(method, payload, { ...options, repeatable: false });
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
    if (this.bot.hasMoved(String(payload.chat_id))) return 'gone';
    try {
      await this.bot.call(method, payload, options);
      return 'edited';
    } catch (error) {
      if (!(error instanceof FinalError) || error.code !== 'telegram_refused') throw error;
      // "No text": it is a picture already, by an earlier try.
      if (/message is not modified|no text in the message to edit/i.test(error.message)) return 'edited';
      if (/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i.test(error.message)) return 'gone';
      throw error;
    }
  }

  async #filePath(fileId: string): Promise<string> {
    try {
      // A Bot API server of one's own downloads the file before it answers.
      const options = { timeoutMs: UPLOAD_TIMEOUT_MS };
      const { file_path } = await this.bot.call<{ file_path?: string }>('getFile', { file_id: fileId }, options);
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
