import type { Language } from '@attrai/contracts/reply-to';
import type { Logger } from '@attrai/telemetry/logger';
import type { Pace } from '../telegram/pace.ts';
import type { TelegramApi } from '../telegram/telegram-api.ts';
import { TEXTS } from '../texts/languages.ts';
import { milestone } from './positions.ts';

export interface Place {
  /** 1 is the next photo, or the one being looked at. */
  position: number;
  /**
   * Until the answer, by the queue and by what Telegram takes in this chat. Undefined for the next photo, unless its chat must
   * wait, and until photos have passed and shown how long one takes.
   */
  waitSeconds?: number;
}

export interface Placeholder {
  chatId: number;
  messageId: number;
  language: Language;
}

/** The queue as the bot's users see it: in memory, best effort, forgotten with the process. */
export interface Progress {
  /** Puts a request at the end of the queue, when it is accepted; one that is there keeps its place. */
  enter(id: string, chatId: number): void;
  /**
   * The request's place, which its chat is told now; it enters if it isn't there. In a chat the places that stand there
   * grow in the order of acceptance: one that was told and is out of date moves those behind it back until it is edited.
   */
  tell(id: string, chatId: number): Promise<Place>;
  /** The request's placeholder, which is edited from now on as the queue moves, as long as it has to wait. */
  show(id: string, placeholder: Placeholder): void;
  /** The photo has been looked at: the time between two of them is what one takes. */
  leave(id: string): void;
  /** The photo will not be looked at any more. */
  giveUp(id: string): void;
  /** Ends the request's edits; resolves when none is under way. */
  settle(id: string): Promise<void>;
  stop(): void;
}

interface Entry {
  id: string;
  chatId: number;
  enteredAt: number;
  placeholder?: Placeholder;
  /** The position told last. */
  told?: number;
  /** Looked at, but not answered: what was told still stands in the chat. */
  left: boolean;
}

const TICK_MS = 1_000;
/** Placeholders that are out of date looked at in one tick, from the front; few of them can be edited. */
const LOOKS_A_TICK = 50;
/** Whoever is answered so soon needn't be told a place before: each telling is a call to Telegram. */
const SOON_SECONDS = 3;
/** The weight of the newest photo in the moving estimate of the time one takes. */
const NEWEST = 0.2;

export interface ProgressOptions {
  api: TelegramApi;
  pace: Pace;
  logger: Logger;
  /** Requests under way from before this process started: they are ahead of all that enter. */
  ahead: number;
}

export function startProgress({ api, pace, logger, ahead }: ProgressOptions): Progress {
  /** In order. */
  const entries = new Map<string, Entry>();
  /** Those that haven't left, in order: thousands, perhaps, and `tell` goes through none of them. */
  const waiting: Entry[] = [];
  /** All of a chat, in order. */
  const chats = new Map<number, Entry[]>();
  const edits = new Map<string, Promise<unknown>>();
  let unknownAhead = ahead;
  let secondsPerPhoto: number | undefined;
  let lastLeftAt = 0;

  async function placeOf(entry: Entry, position: number): Promise<Place> {
    const paceSeconds = (await pace.waitFor(turnsUntilAnswered(entry), entry.chatId)) / 1000;
    const queueSeconds = secondsPerPhoto === undefined || position <= 1 ? 0 : position * secondsPerPhoto;
    const waitSeconds = Math.max(queueSeconds, paceSeconds);
    return waitSeconds > 0 ? { position, waitSeconds } : { position };
  }

  /** Turns of its chat until a photo whose place is told now is answered: placeholders of others, and answers up to its own. */
  function turnsUntilAnswered(entry: Entry): number {
    const ofChat = chats.get(entry.chatId)!;
    return ofChat.filter(({ told }) => told === undefined).length + ofChat.indexOf(entry) + 1;
  }

  function isSoon(position: number): boolean {
    return secondsPerPhoto !== undefined && position * secondsPerPhoto < SOON_SECONDS;
  }

  /** The highest place that stands in a chat up to `entry`, if it was `last` up to the one before. */
  function highest(last: number, { left, told = 0 }: Entry): number {
    return Math.max(left ? last : last + 1, told);
  }

  /** All entries with the positions that may be told of them. Goes on from what is told between two steps. */
  function* inOrder(): Generator<{ entry: Entry; position: number }> {
    let ahead = unknownAhead;
    const lastOfChat = new Map<number, number>();
    for (const entry of entries.values()) {
      const last = lastOfChat.get(entry.chatId) ?? 0;
      if (!entry.left) yield { entry, position: Math.max(++ahead, last + 1) };
      lastOfChat.set(entry.chatId, highest(last, entry));
    }
  }

  /** As `inOrder` has it, of one that waits. */
  function positionOf(entry: Entry): number {
    const ofChat = chats.get(entry.chatId)!;
    const last = ofChat.slice(0, ofChat.indexOf(entry)).reduce(highest, 0);
    return Math.max(unknownAhead + waiting.lastIndexOf(entry) + 1, last + 1);
  }

  function enter(id: string, chatId: number): Entry {
    const known = entries.get(id);
    if (known) return known;
    const entry = { id, chatId, enteredAt: Date.now(), left: false };
    entries.set(id, entry);
    waiting.push(entry);
    chats.set(chatId, [...(chats.get(chatId) ?? []), entry]);
    return entry;
  }

  function stopWaiting(entry: Entry): void {
    if (!entry.left) waiting.splice(waiting.indexOf(entry), 1);
    entry.left = true;
  }

  function forget(entry: Entry): void {
    stopWaiting(entry);
    entries.delete(entry.id);
    const others = chats.get(entry.chatId)!.filter((other) => other !== entry);
    if (others.length > 0) chats.set(entry.chatId, others);
    else chats.delete(entry.chatId);
  }

  /** One fewer is ahead of the others. */
  function advance(id: string): void {
    const entry = entries.get(id);
    if (entry) stopWaiting(entry);
    else unknownAhead = Math.max(0, unknownAhead - 1);
  }

  /** The time between two photos that left, as far as there were photos to work on in between. */
  function measure(): void {
    const now = Date.now();
    const [first] = waiting;
    const seconds = (now - Math.max(lastLeftAt, first?.enteredAt ?? lastLeftAt)) / 1000;
    if (lastLeftAt > 0) {
      secondsPerPhoto = secondsPerPhoto === undefined ? seconds : secondsPerPhoto * (1 - NEWEST) + seconds * NEWEST;
    }
    lastLeftAt = now;
  }

  async function tick(): Promise<void> {
    let looks = LOOKS_A_TICK;
    for (const { entry, position } of inOrder()) {
      if (!entry.placeholder || entry.told === undefined || edits.has(entry.id)) continue;
      if (milestone(position) >= milestone(entry.told) || isSoon(position)) continue;
      looks -= 1;
      if (looks < 0) return;
      if (!(await pace.spare(entry.placeholder.chatId)) || entry.left || !entries.has(entry.id)) continue;
      startEdit(entry, entry.placeholder, position);
    }
  }

  function startEdit(entry: Entry, { chatId, messageId, language }: Placeholder, position: number): void {
    entry.told = position;
    const edit = placeOf(entry, position)
      .then((place) => api.editText(chatId, messageId, TEXTS[language].placeholder(place)))
      .catch((err) => logger.debug({ requestId: entry.id, err }, 'Could not show a place in the queue'))
      .finally(() => edits.delete(entry.id));
    edits.set(entry.id, edit);
  }

  let ticking = false;
  const timer = setInterval(async () => {
    if (ticking) return;
    ticking = true;
    await tick().finally(() => {
      ticking = false;
    });
  }, TICK_MS);

  return {
    enter: (id, chatId) => void enter(id, chatId),
    async tell(id, chatId) {
      const entry = enter(id, chatId);
      if (entry.left) return { position: 1 };
      entry.told = positionOf(entry);
      return placeOf(entry, entry.told);
    },
    show(id, placeholder) {
      const entry = entries.get(id);
      if (entry) entry.placeholder = placeholder;
    },
    leave(id) {
      const entry = entries.get(id);
      if (entry && !entry.left) measure();
      advance(id);
    },
    giveUp: advance,
    async settle(id) {
      const entry = entries.get(id);
      if (entry) forget(entry);
      await edits.get(id);
    },
    stop() {
      clearInterval(timer);
    },
  };
}
