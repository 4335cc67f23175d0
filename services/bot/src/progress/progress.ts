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
  /** Puts a request at the end of the queue; one that is there keeps its place. */
  enter(id: string): Place;
  /** The request's placeholder, which is edited from now on as the queue moves. */
  show(id: string, placeholder: Placeholder, place: Place): void;
  /** The photo has been looked at. */
  leave(id: string): void;
  /** Ends the request's edits; resolves when none is under way. */
  settle(id: string): Promise<void>;
  stop(): void;
}

interface Entry {
  id: string;
  enteredAt: number;
  placeholder?: Placeholder;
  /** The position told last. */
  shown: number;
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

  function positionOf(wanted: string): number {
    let position = unknownAhead;
    for (const id of entries.keys()) {
      position += 1;
      if (id === wanted) return position;
    }
    return position;
  }

  /** The time between two photos that left, as far as there were photos to work on in between. */
  function measure(): void {
    const now = Date.now();
    const first = entries.values().next().value;
    const seconds = (now - Math.max(lastLeftAt, first?.enteredAt ?? lastLeftAt)) / 1000;
    if (lastLeftAt > 0) {
      secondsPerPhoto = secondsPerPhoto === undefined ? seconds : secondsPerPhoto * (1 - NEWEST) + seconds * NEWEST;
    }
    lastLeftAt = now;
  }

  async function tick(): Promise<void> {
    let position = unknownAhead;
    let looks = LOOKS_A_TICK;
    for (const entry of [...entries.values()]) {
      position += 1;
      const moved = milestone(position) < milestone(entry.shown);
      if (!entry.placeholder || !moved || edits.has(entry.id)) continue;
      looks -= 1;
      if (looks < 0) return;
      if (!(await pace.spare(entry.placeholder.chatId)) || !entries.has(entry.id)) continue;
      startEdit(entry, entry.placeholder, position);
    }
  }

  function startEdit(entry: Entry, { chatId, messageId, language }: Placeholder, position: number): void {
    entry.shown = position;
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
    enter(id) {
      if (!entries.has(id)) entries.set(id, { id, enteredAt: Date.now(), shown: Number.POSITIVE_INFINITY });
      return placeAt(positionOf(id));
    },
    show(id, placeholder, place) {
      const entry = entries.get(id);
      if (!entry) return;
      entry.placeholder = placeholder;
      entry.shown = place.position;
    },
    leave(id) {
      if (entries.has(id)) measure();
      else unknownAhead = Math.max(0, unknownAhead - 1);
      entries.delete(id);
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
