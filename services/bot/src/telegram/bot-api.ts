import { RetryableError } from '@attrai/contracts/errors';
import type { HttpClient } from './http-client.ts';
import { multipart } from './multipart.ts';
import { readAnswer } from './read-answer.ts';
import { gradeTelegramError, Refused } from './telegram-errors.ts';

export interface BotApiOptions {
  token: string;
  http: HttpClient;
  /** Telegram wants `chatId` left alone for `ms`. */
  onBusy(chatId: string, ms: number): void;
}

/** Undefined fields are left out. */
export type Payload = Record<string, unknown> & { chat_id?: number };

export interface CallOptions {
  timeoutMs?: number;
  /** False for calls that may not be made twice. */
  repeatable?: boolean;
  /** Goes along as a file. */
  picture?: Buffer;
  signal?: AbortSignal;
}

const CALL_TIMEOUT_MS = 15_000;
/** Groups that became supergroups, remembered up to this many. */
const MOVED_CHATS = 1_000;

/** Calls methods of the Bot API. A call to a group that became a supergroup, under a new id, is made there. */
export class BotApi {
  #options: BotApiOptions;
  /** The new ids of such groups. */
  #moved = new Map<number, number>();

  constructor(options: BotApiOptions) {
    this.#options = options;
  }

  /** Throws graded errors as `gradeTelegramError` tells, without token and payload; RetryableError `proxy_failed`. */
  async call<T>(method: string, payload: Payload = {}, options: CallOptions = {}): Promise<T> {
    const { repeatable = true } = options;
    const chatId = payload.chat_id;
    const sent = this.#whereItIs(payload);
    try {
      return (await this.#callOnce(method, sent, options)) as T;
    } catch (error) {
      const movedTo = error instanceof Refused ? error.movedTo : undefined;
      // Not by `hasMoved`: another call may have learned of the move meanwhile.
      if (movedTo !== undefined && chatId !== undefined && sent === payload) {
        if (this.#moved.size >= MOVED_CHATS) this.#moved.clear();
        this.#moved.set(chatId, movedTo);
        return this.call(method, payload, options);
      }
      // Errors of the proxy are graded already.
      const graded = error instanceof RetryableError ? error : gradeTelegramError(method, error, repeatable);
      if (graded instanceof RetryableError && graded.retryAfterMs !== undefined && chatId !== undefined) {
        this.#options.onBusy(String(chatId), graded.retryAfterMs);
      }
      throw graded;
    }
  }

  /** Whether the messages of this chat are lost, as the group became a supergroup. */
  hasMoved(chatId: string): boolean {
    return this.#moved.has(Number(chatId));
  }

  /** In the supergroup messages have other ids, which this bot doesn't know. */
  #whereItIs(payload: Payload): Payload {
    const movedTo = payload.chat_id === undefined ? undefined : this.#moved.get(payload.chat_id);
    if (movedTo === undefined) return payload;
    return { ...payload, reply_parameters: undefined, message_thread_id: undefined, chat_id: movedTo };
  }

  async #callOnce(method: string, payload: Payload, options: CallOptions): Promise<unknown> {
    const { timeoutMs = CALL_TIMEOUT_MS, picture, signal } = options;
    const { token, http } = this.#options;
    const { contentType, body } = picture ? multipart(payload, picture) : json(payload);
    const headers = { 'content-type': contentType };
    const path = `bot${token}/${method}`;
    return readAnswer(await http.ask({ method: 'POST', path, headers, body, timeoutMs, signal }));
  }
}

function json(payload: Payload) {
  return { contentType: 'application/json', body: [Buffer.from(JSON.stringify(payload))] };
}
