import type { Logger } from '@attrai/telemetry/logger';
import type { Chat } from '../chat/chat.ts';
import type { Pace } from '../chat/pace.ts';
import type { RequestBook } from '../requests/request-book.ts';
import type { Language } from '../texts/language.ts';
import { TEXTS } from '../texts/languages.ts';
import { milestone } from './positions.ts';

export interface Place {
  /** 1 is the next photo, or the one being looked at. */
  position: number;
  /**
   * Until the answer, by the queue and by what the network takes in this chat. Undefined for the next photo, unless its chat must
   * wait, and until photos have passed and shown how long one takes.
   */
  waitSeconds?: number;
}

/** A request whose place is about to be told. */
export interface Waiting {
  id: string;
  chatId: string;
  /** ms since the epoch */
  acceptedAt: number;
  /** By the book. */
  place: number;
}

export interface Placeholder {
  messageId: string;
  language: Language;
}

interface Entry extends Waiting {
  /** The position told last. */
  told: number;
  placeholder?: Placeholder;
  /** Looked at, but not answered: what was told still stands in the chat. */
  left: boolean;
}

export interface ProgressParts {
  chat: Pick<Chat, 'edit'>;
  pace: Pick<Pace, 'spare' | 'waitFor'>;
  book: Pick<RequestBook<unknown>, 'places'>;
  logger: Logger;
}

const TICK_MS = 1_000;
/** Placeholders looked at in one tick, from the front. Those behind them wait long anyway. */
const FRONT = 200;
/** Those out of date that may be edited in one tick. */
const LOOKS_A_TICK = 50;
/** Whoever is answered so soon needn't be told a place before: each telling is a call to the network. */
const SOON_SECONDS = 3;
/** The weight of the newest photo in the moving estimate of the time one takes. */
const NEWEST = 0.2;

/** Placeholders that stand in chats, and the places they tell: in memory, best effort, forgotten with the process. */
export class Progress {
  #parts: ProgressParts;
  /** Told a place and not answered yet, in the order of telling. */
  #entries = new Map<string, Entry>();
  /** The same by chat, in the order of acceptance. */
  #chats = new Map<string, Entry[]>();
  #edits = new Map<string, Promise<unknown>>();
  #secondsPerPhoto: number | undefined;
  #lastLeftAt = 0;
  #ticking = false;
  #timer: NodeJS.Timeout;

  constructor(parts: ProgressParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#tickOnce(), TICK_MS);
  }

  /**
   * The place that a request's chat is told now. In a chat the places that stand there grow in the order of acceptance: one
   * that is out of date moves those behind it back until it is edited.
   */
  tell(waiting: Waiting): Promise<Place> {
    const known = this.#entries.get(waiting.id);
    const entry: Entry = known ?? { ...waiting, told: 0, left: false };
    if (!known) this.#enter(entry);
    entry.told = this.#inOrder(entry, waiting.place);
    return this.#placeOf(entry);
  }

  /** The request's placeholder, which is edited from now on as the queue moves, as long as it has to wait. */
  show(id: string, placeholder: Placeholder): void {
    const entry = this.#entries.get(id);
    if (entry) entry.placeholder = placeholder;
  }

  /** The photo has been looked at: the time between two of them is what one takes. */
  leave(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry || entry.left) return;
    this.#measure();
    entry.left = true;
  }

  /** Ends the request's edits; resolves when none is under way. */
  async settle(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry) this.#forget(entry);
    await this.#edits.get(id);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #enter(entry: Entry): void {
    this.#entries.set(entry.id, entry);
    const ofChat = this.#chats.get(entry.chatId) ?? [];
    const before = ofChat.findLastIndex((other) => isBefore(other, entry));
    this.#chats.set(entry.chatId, ofChat.toSpliced(before + 1, 0, entry));
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.id);
    const others = this.#chats.get(entry.chatId)!.filter((other) => other !== entry);
    if (others.length > 0) this.#chats.set(entry.chatId, others);
    else this.#chats.delete(entry.chatId);
  }

  /** `place` as it may be told: above what stands in the chat for earlier photos, below what stands there for later ones. */
  #inOrder(entry: Entry, place: number): number {
    const ofChat = this.#chats.get(entry.chatId)!;
    const index = ofChat.indexOf(entry);
    const least = Math.max(0, ...ofChat.slice(0, index).map(({ told }) => told)) + 1;
    const most = Math.min(...ofChat.slice(index + 1).map(({ told }) => told)) - 1;
    return Math.max(least, Math.min(place, most));
  }

  async #placeOf(entry: Entry): Promise<Place> {
    const position = entry.told;
    // Until its own answer its chat is sent one for each photo before.
    const answers = this.#chats.get(entry.chatId)!.indexOf(entry) + 1;
    const paceSeconds = (await this.#parts.pace.waitFor(answers, entry.chatId)) / 1000;
    const queueSeconds = position <= 1 ? 0 : position * (this.#secondsPerPhoto ?? 0);
    const waitSeconds = Math.max(queueSeconds, paceSeconds);
    return waitSeconds > 0 ? { position, waitSeconds } : { position };
  }

  #isSoon(position: number): boolean {
    return this.#secondsPerPhoto !== undefined && position * this.#secondsPerPhoto < SOON_SECONDS;
  }

  /** The time between two photos that left, as far as there were photos to work on in between. */
  #measure(): void {
    const now = Date.now();
    const first = [...this.#entries.values()].find(({ left }) => !left);
    const seconds = (now - Math.max(this.#lastLeftAt, first?.acceptedAt ?? 0)) / 1000;
    if (this.#lastLeftAt > 0) {
      const before = this.#secondsPerPhoto ?? seconds;
      this.#secondsPerPhoto = before * (1 - NEWEST) + seconds * NEWEST;
    }
    this.#lastLeftAt = now;
  }

  async #tickOnce(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    await this.#tick().catch((err) => this.#parts.logger.debug({ err }, 'Could not look for places in the queue'));
    this.#ticking = false;
  }

  async #tick(): Promise<void> {
    const { book, pace } = this.#parts;
    const isShown = ({ id, placeholder, left }: Entry) => placeholder && !left && !this.#edits.has(id);
    const front = [...this.#entries.values()].filter(isShown).slice(0, FRONT);
    if (front.length === 0) return;
    const places = await book.places(front.map(({ id }) => id));
    let looks = LOOKS_A_TICK;
    for (const [i, entry] of front.entries()) {
      const place = places[i];
      if (place === undefined || !this.#entries.has(entry.id)) continue;
      const position = this.#inOrder(entry, place);
      if (milestone(position) >= milestone(entry.told) || this.#isSoon(position)) continue;
      looks -= 1;
      if (looks < 0) return;
      if (!(await pace.spare(entry.chatId)) || entry.left || !this.#entries.has(entry.id)) continue;
      this.#edit(entry, entry.placeholder!, position);
    }
  }

  #edit(entry: Entry, { messageId, language }: Placeholder, position: number): void {
    const { chat, logger } = this.#parts;
    entry.told = position;
    const edit = this.#placeOf(entry)
      .then((place) => chat.edit(entry.chatId, messageId, TEXTS[language].placeholder(place)))
      .catch((err) => logger.debug({ requestId: entry.id, err }, 'Could not show a place in the queue'))
      .finally(() => this.#edits.delete(entry.id));
    this.#edits.set(entry.id, edit);
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.acceptedAt < b.acceptedAt || (a.acceptedAt === b.acceptedAt && a.place < b.place);
}
