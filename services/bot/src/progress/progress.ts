import type { Language } from '@attrai/contracts/reply-to';
import type { Logger } from '@attrai/telemetry/logger';
import type { Pace } from '../telegram/pace.ts';
import type { TelegramApi } from '../telegram/telegram-api.ts';
import { TEXTS } from '../texts/languages.ts';
import { milestone } from './positions.ts';

export interface Place {
  /** 1 is the next photo, or the one being looked at. */
  position: number;
  /** Undefined until photos have passed and shown how long one takes. */
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
  tell(id: string, chatId: number): Place;
  /** The request's placeholder, which is edited from now on as the queue moves. */
  show(id: string, placeholder: Placeholder): void;
  /** The photo has been looked at. */
  leave(id: string): void;
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
  const edits = new Map<string, Promise<unknown>>();
  let unknownAhead = ahead;
  let secondsPerPhoto: number | undefined;
  let lastLeftAt = 0;

  function placeAt(position: number): Place {
    if (secondsPerPhoto === undefined || position <= 1) return { position };
    return { position, waitSeconds: position * secondsPerPhoto };
  }

  /** All entries with the positions that may be told of them. Goes on from what is told between two steps. */
  function* inOrder(): Generator<{ entry: Entry; position: number }> {
    let ahead = unknownAhead;
    const lastOfChat = new Map<number, number>();
    for (const entry of entries.values()) {
      const last = lastOfChat.get(entry.chatId) ?? 0;
      if (entry.left) {
        lastOfChat.set(entry.chatId, Math.max(last, entry.told ?? 0));
        continue;
      }
      ahead += 1;
      yield { entry, position: Math.max(ahead, last + 1) };
      lastOfChat.set(entry.chatId, Math.max(last + 1, entry.told ?? 0));
    }
  }

  function enter(id: string, chatId: number): void {
    if (!entries.has(id)) entries.set(id, { id, chatId, enteredAt: Date.now(), left: false });
  }

  /** The time between two photos that left, as far as there were photos to work on in between. */
  function measure(): void {
    const now = Date.now();
    const first = inOrder().next().value?.entry;
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
      if (milestone(position) >= milestone(entry.told)) continue;
      looks -= 1;
      if (looks < 0) return;
      if (!(await pace.spare(entry.placeholder.chatId)) || entry.left || !entries.has(entry.id)) continue;
      startEdit(entry, entry.placeholder, position);
    }
  }

  function startEdit(entry: Entry, { chatId, messageId, language }: Placeholder, position: number): void {
    entry.told = position;
    const edit = api
      .editText(chatId, messageId, TEXTS[language].placeholder(placeAt(position)))
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
    enter,
    tell(id, chatId) {
      enter(id, chatId);
      for (const { entry, position } of inOrder()) {
        if (entry.id !== id) continue;
        entry.told = position;
        return placeAt(position);
      }
      return placeAt(1);
    },
    show(id, placeholder) {
      const entry = entries.get(id);
      if (entry) entry.placeholder = placeholder;
    },
    leave(id) {
      const entry = entries.get(id);
      if (entry?.left) return;
      if (entry) measure();
      else unknownAhead = Math.max(0, unknownAhead - 1);
      if (entry) entry.left = true;
    },
    async settle(id) {
      entries.delete(id);
      await edits.get(id);
    },
    stop() {
      clearInterval(timer);
    },
  };
}
