import type { Limits } from '../limits/limits.ts';

/**
 * How far a request is:
 * - accepted: it has its slot and its place; its photo is not with the estimators yet
 * - published: its photo is with them, or its answer waits to be sent
 * - sending: a bot sends its answer now, or died while it did
 * - answered, cancelled: over. Only this mark is left of it, for a day
 */
export type State = 'accepted' | 'published' | 'sending' | 'answered' | 'cancelled';

/** Long enough that Telegram, which keeps updates for a day, can't bring a photo again that is over. */
export const REMEMBER_MS = 24 * 60 * 60_000;

/** An answer that was not sent so long after it was ready is lost. Above the 2 h for which its job tries. */
export const LONGEST_SENDING_MS = 3 * 60 * 60_000;

/** `overdue` and `leftSending` give so many at once. */
export const MOST_GIVEN = 100;

export interface BookTiming {
  /** A bot that has said nothing for longer while it sends is dead or cut off, ms. It says so each 5 s. */
  sendingMs: number;
  /** When nobody asked `overdue` for longer, the bots or Redis were away, ms. */
  awayMs: number;
  /** After that, results that waited have so long to come before any passed deadline is told, ms. */
  settleMs: number;
}

export const BOOK_TIMING: BookTiming = { sendingMs: 20_000, awayMs: 5_000, settleMs: 10_000 };

/** One photo of one user. */
export interface NewRequest<E> {
  id: string;
  userId: string;
  chatId: string;
  /** The user's message that holds the photo. */
  messageId: string;
  /** The user is told something by then; ms since the epoch, by the caller's clock. */
  deadline: number;
  /** What else the bot needs to answer, as JSON has it. The book doesn't read it. Keep it below 1 kB. */
  envelope: E;
}

/** A request that is not over. */
export interface RequestRecord<E> extends NewRequest<E> {
  state: 'accepted' | 'published' | 'sending';
  /** Absent: none was sent. Without an id: one is being sent, or was, and nobody knows whether it arrived. */
  placeholder?: { id?: string };
  answerReady: boolean;
}

export type Acceptance =
  | { kind: 'accepted'; place: number }
  /** It was accepted before. */
  | { kind: 'already'; state: State }
  /** The user has no free slot. */
  | { kind: 'full' };

export interface SendAttempt {
  /** A name of its own for each try to answer. Whoever asks again under the same name is the same try. */
  attempt: string;
  /** Whether the call that follows may be made twice: an edit may, a new message may not. */
  repeatable: boolean;
  /** The answer only says that the deadline has passed. */
  expired?: boolean;
}

/**
 * - send: yours. Send it, then say `answered` or `notSent`
 * - unknown: yours, but an earlier try may have sent a picture before it died. Send none: tell the user in a short
 *   message that it may not have arrived, then say `answered`
 * - busy: another try is at it. Ask again later
 * - not_due: only for `expired`. The deadline has not passed, or an answer is ready. Send nothing
 * - answered, cancelled: over. Send nothing, clean up
 */
export type SendPermission = 'send' | 'unknown' | 'busy' | 'not_due' | 'answered' | 'cancelled';

/**
 * The truth about each photo from its acceptance to its answer. Every method is atomic, also among several bots, and
 * does no harm when it is repeated, so a call whose reply was lost can simply be made again.
 *
 * A request that the book doesn't know, as when Redis has lost everything, has the state `undefined`. It can be sent
 * and answered all the same.
 *
 * Nothing of a user is kept once a request is over, and nothing for longer than a day after its deadline.
 *
 * @typeParam E the envelope
 */
export interface RequestBook<E> {
  /** Takes one of the user's slots and a place at the end of the queue. A slot frees itself at the deadline. */
  accept(request: NewRequest<E>, limits: Pick<Limits, 'maxActivePerUser'>): Promise<Acceptance>;
  /** Takes an acceptance back as if it had never been, so that the photo may be offered again. Changes only what is `accepted`. */
  forget(id: string): Promise<void>;
  /** Asks to send a placeholder. True once only, and only while there is no answer. Ask before the call to Telegram. */
  placeholderSending(id: string): Promise<boolean>;
  /**
   * A placeholder was sent; without an id nobody knows whether it arrived. Changes nothing once the request is over.
   * Gives the state the request has now, as the next two methods do. From `sending` on whoever sent the placeholder deletes
   * it: whoever sends the answer looks for one right after it was allowed to.
   */
  placeholderSent(id: string, placeholderId?: string): Promise<State | undefined>;
  /** Its photo was published. Changes only what is `accepted`. */
  published(id: string): Promise<State | undefined>;
  /**
   * There is an answer: a result, or word that there will be none. The request leaves the queue, an accepted one becomes
   * `published`, and its deadline is no longer told when it passes.
   */
  answerReady(id: string): Promise<State | undefined>;
  /**
   * Asks to send the answer. Ask before the first call to Telegram, and again, under the same name, before a new message
   * that follows an edit. One try at a time may send. A try that says nothing more for `sendingMs` counts as dead, and the
   * next one may go on: with 'send' if all that the dead one did may be repeated, else with 'unknown', then and ever after.
   *
   * A try whose call was not answered, so that nobody can know whether the picture arrived, sends no other: it tells the
   * user the same as with 'unknown', and then says `answered`.
   */
  sending(id: string, attempt: SendAttempt): Promise<SendPermission>;
  /**
   * Telegram refused the call or was not reached, so nothing went out that may not be repeated. The request is
   * `published` again. Changes nothing if another try has followed.
   */
  notSent(id: string, attempt: string): Promise<void>;
  /** Ends a request, also one that was never known: frees its slot, leaves a mark. False if it was over before. */
  answered(id: string): Promise<boolean>;
  /**
   * Ends all requests of a user whose answer nobody is sending yet. Gives them as they were, by deadline: their
   * placeholders still say that they wait. Said again, it gives none.
   */
  cancel(userId: string): Promise<RequestRecord<E>[]>;

  /** Undefined when it is over or not known. */
  find(id: string): Promise<RequestRecord<E> | undefined>;
  /** In the order of `ids`. */
  states(ids: string[]): Promise<(State | undefined)[]>;
  /**
   * How many wait for their answer up to and with this one, in the order of acceptance: 1 is the next. In the order
   * of `ids`; undefined for one that waits no more.
   */
  places(ids: string[]): Promise<(number | undefined)[]>;
  /**
   * Those whose deadline has passed without an answer, the longest overdue first; each until it is over. Ask every second.
   *
   * An answer that is ready goes first: its request comes here only when it was not sent for `LONGEST_SENDING_MS`. The
   * same holds for results that waited while the bots or Redis were away: when nobody has asked for longer than
   * `awayMs`, this gives none for `settleMs`.
   */
  overdue(): Promise<RequestRecord<E>[]>;
  /** Those whose sender has said nothing for longer than `sendingMs`, the longest first: their bot died. */
  leftSending(): Promise<RequestRecord<E>[]>;
  /** Requests that are not over. */
  total(): Promise<number>;
}

/** Whether photos of a request in this state are still needed. */
export function isLive(state: State | undefined): boolean {
  return state === 'accepted' || state === 'published' || state === 'sending';
}

/** Whether a request in this state needs nothing more. */
export function isOver(state: State | undefined): state is 'answered' | 'cancelled' {
  return state === 'answered' || state === 'cancelled';
}
