import { Repeated } from '@attrai/contracts/repeated';
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
   * Time until the answer, by the queue and by the pace of this chat. Undefined until some photos have shown how long one takes.
   * Also undefined for the next photo, unless its chat must wait.
   */
  waitSeconds?: number;
}

/** A request whose place is told. */
export interface Waiting {
  id: string;
  chatId: string;
  /** ms since the epoch */
  acceptedAt: number;
  /** As the book gives it. */
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
  /** There is a result, but no answer yet: the placeholder is still in the chat. */
  left: boolean;
}

export interface ProgressParts {
  chat: Pick<Chat, 'edit'>;
  pace: Pick<Pace, 'spare' | 'waitFor'>;
  book: Pick<RequestBook<unknown>, 'places'>;
  logger: Logger;
}

const TICK_MS = 1_000;
/** Placeholders looked at in one tick, from the front of the queue. */
const FRONT = 200;
/** Of these, placeholders out of date that may be edited in one tick. */
const LOOKS_A_TICK = 50;
/** A placeholder is not edited any more when its answer is this near. */
const SOON_SECONDS = 3;
/** The weight of the newest photo in the moving average of the time one takes. */
const NEWEST = 0.2;

/** Placeholders in chats, and the places they tell. Kept in memory only, and best effort. */
export class Progress {
  #parts: ProgressParts;
  /** Requests that were told a place and are not answered, in the order in which they were told. */
  #entries = new Map<string, Entry>();
  /** The same by chat, in the order of acceptance. */
  #chats = new Map<string, Entry[]>();
  #edits = new Map<string, Promise<unknown>>();
  #secondsPerPhoto: number | undefined;
  #lastLeftAt = 0;
  #ticks: Repeated;

  constructor(parts: ProgressParts) {
    this.#parts = parts;
    this.#ticks = new Repeated(TICK_MS, () =>
      this.#tick().catch((err) => parts.logger.debug({ err }, 'Could not look for places in the queue')),
    );
  }

  /**
   * The place to tell the request's chat now. Places that are shown in one chat grow in the order of acceptance. So a placeholder
   * that is out of date moves later ones back until it is edited.
   */
  tell(waiting: Waiting): Promise<Place> {
    const known = this.#entries.get(waiting.id);
    const entry: Entry = known ?? { ...waiting, told: 0, left: false };
    if (!known) this.#enter(entry);
    entry.told = this.#inOrder(entry, waiting.place);
    return this.#placeOf(entry);
  }

  /** From now on the placeholder is edited as the queue moves. */
  show(id: string, placeholder: Placeholder): void {
    const entry = this.#entries.get(id);
    if (entry) entry.placeholder = placeholder;
  }

  /** There is a result for the photo. The time between two results is what a photo takes. */
  leave(id: string, acceptedAt: number): void {
    const entry = this.#entries.get(id);
    if (entry?.left) return;
    this.#measure(acceptedAt);
    if (entry) entry.left = true;
  }

  /** Ends the edits of the placeholder. Resolves when none is under way. */
  async settle(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry) this.#forget(entry);
    await this.#edits.get(id);
  }

  async stop(): Promise<void> {
    await this.#ticks.stop();
    await Promise.all(this.#edits.values());
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

  /** `place`, moved so that it is above those shown for earlier photos of the chat and below those shown for later ones. */
  #inOrder(entry: Entry, place: number): number {
    const ofChat = this.#chats.get(entry.chatId)!;
    const index = ofChat.indexOf(entry);
    const least = Math.max(0, ...ofChat.slice(0, index).map(({ told }) => told)) + 1;
    const most = Math.min(...ofChat.slice(index + 1).map(({ told }) => told)) - 1;
    return Math.max(least, Math.min(place, most));
  }

  async #placeOf(entry: Entry): Promise<Place> {
    const position = entry.told;
    // Its chat first gets the answers to its earlier photos.
    const answers = this.#chats.get(entry.chatId)!.indexOf(entry) + 1;
    const paceSeconds = (await this.#parts.pace.waitFor(answers, entry.chatId)) / 1000;
    const queueSeconds = position <= 1 ? 0 : position * (this.#secondsPerPhoto ?? 0);
    const waitSeconds = Math.max(queueSeconds, paceSeconds);
    return waitSeconds > 0 ? { position, waitSeconds } : { position };
  }

  #isSoon(position: number): boolean {
    return this.#secondsPerPhoto !== undefined && position * this.#secondsPerPhoto < SOON_SECONDS;
  }

  /** Measures the time since the last result, or since the acceptance if that was later. */
  #measure(acceptedAt: number): void {
    const now = Date.now();
    const seconds = (now - Math.max(this.#lastLeftAt, acceptedAt)) / 1000;
    if (this.#lastLeftAt > 0) {
      const before = this.#secondsPerPhoto ?? seconds;
      this.#secondsPerPhoto = before * (1 - NEWEST) + seconds * NEWEST;
    }
    this.#lastLeftAt = now;
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
