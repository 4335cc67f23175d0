import { FinalError } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import { Repeated } from '@attrai/contracts/repeated';
import type { Logger } from '@attrai/telemetry/logger';
import type { Chat } from '../chat/chat.ts';
import type { Pace } from '../chat/pace.ts';
import type { SmallTalk } from '../chat/small-talk.ts';
import { addressOf, type ReplyTo } from '../requests/reply-to.ts';
import type { RequestBook } from '../requests/request-book.ts';
import { TEXTS } from '../texts/languages.ts';
import type { Progress } from './progress.ts';

/** A request that was accepted. */
export interface Accepted {
  id: string;
  replyTo: ReplyTo;
  /** ms since the epoch */
  acceptedAt: number;
}

export interface PlaceholderParts {
  chat: Pick<Chat, 'send'>;
  pace: Pick<Pace, 'spare'>;
  book: Pick<RequestBook<unknown>, 'places' | 'placeholderSending' | 'placeholderSent'>;
  progress: Pick<Progress, 'tell' | 'show' | 'settle'>;
  smallTalk: Pick<SmallTalk, 'change' | 'remove'>;
  logger: Logger;
  stopping: AbortSignal;
}

/** If the answer is there sooner, no placeholder is sent. */
export const QUICK_MS = 2_000;
const TICK_MS = 1_000;
/** Requests looked at in one tick, the oldest first. */
const MOST_LOOKED_AT = 200;

/**
 * Sends placeholders ("Your photo is number 3 ...") to private chats whose answer takes longer than two seconds. It runs beside
 * intake, which doesn't wait. The book lets only one be sent for each request. If a bot dies, some requests may get none.
 */
export class Placeholders {
  #parts: PlaceholderParts;
  #waiting = new Map<string, Accepted>();
  /** Requests whose placeholder the book lets this bot send. */
  #allowed = new Set<string>();
  #sending = new Set<Promise<void>>();
  #ticks: Repeated;

  constructor(parts: PlaceholderParts) {
    this.#parts = parts;
    this.#ticks = new Repeated(TICK_MS, () =>
      this.#tick().catch((err) => parts.logger.debug({ err }, 'Could not look for photos without a placeholder')),
    );
  }

  /** May be repeated. */
  watch({ id, replyTo, acceptedAt }: Accepted): void {
    // A group needs no placeholder, and an answer that is there stays until the new one takes its place.
    if (replyTo.inGroup || replyTo.answerId !== undefined) return;
    this.#waiting.set(id, { id, replyTo, acceptedAt });
  }

  /** Sends no further placeholder, and waits for those under way. */
  async stop(): Promise<void> {
    await this.#ticks.stop();
    await Promise.all(this.#sending);
  }

  async #tick(): Promise<void> {
    const { book, pace } = this.#parts;
    const latest = Date.now() - QUICK_MS;
    const due = [...this.#waiting.values()].filter(({ acceptedAt }) => acceptedAt <= latest).slice(0, MOST_LOOKED_AT);
    if (due.length === 0) return;
    const places = await book.places(due.map(({ id }) => id));
    for (const [i, request] of due.entries()) {
      const place = places[i];
      if (place === undefined) this.#forget(request.id);
      else if (await pace.spare(request.replyTo.chatId)) this.#start(request, place);
    }
  }

  #start(request: Accepted, place: number): void {
    this.#waiting.delete(request.id);
    const mine = this.#send(request, place)
      .catch((error) => this.#failed(request, error))
      .finally(() => this.#sending.delete(mine));
    this.#sending.add(mine);
  }

  async #send({ id, replyTo, acceptedAt }: Accepted, place: number): Promise<void> {
    const { book, chat, progress, stopping } = this.#parts;
    const { chatId, language } = replyTo;
    if (!this.#allowed.has(id) && !(await book.placeholderSending(id))) return;
    this.#allowed.add(id);
    const told = await progress.tell({ id, chatId, acceptedAt, place });
    const messageId = await chat.send({ ...addressOf(replyTo), silent: true }, TEXTS[language].placeholder(told));
    this.#allowed.delete(id);
    progress.show(id, { messageId, language });
    const state = await patiently(() => book.placeholderSent(id, messageId), stopping);
    // The sender of the answer did not know of this message.
    if (state === 'sending' || state === 'answered' || state === 'cancelled')
      await this.#takeBack(id, replyTo, messageId, state);
  }

  async #takeBack(id: string, { chatId, language }: ReplyTo, messageId: string, state: string): Promise<void> {
    const { progress, smallTalk } = this.#parts;
    await progress.settle(id);
    if (state === 'cancelled') smallTalk.change(chatId, messageId, TEXTS[language].photoCancelled);
    else smallTalk.remove(chatId, messageId);
  }

  async #failed(request: Accepted, err: unknown): Promise<void> {
    const { id } = request;
    this.#parts.logger.debug({ requestId: id, err }, 'Could not send a placeholder');
    await this.#parts.progress.settle(id);
    if (err instanceof FinalError) this.#forget(id);
    else this.#waiting.set(id, request);
  }

  #forget(id: string): void {
    this.#waiting.delete(id);
    this.#allowed.delete(id);
  }
}
