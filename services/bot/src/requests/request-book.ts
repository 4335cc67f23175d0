import type { Limits } from '../limits/limits.ts';

/**
 * How far a request is:
 * - accepted: it has its slot and its place; its photo is not with the estimators yet
 * - published: its photo is with the estimators, or its answer waits to be sent
 * - sending: a bot sends its answer now, or died while sending
 * - answered, cancelled: over. Only this state is kept, for a day
 */
export type State = 'accepted' | 'published' | 'sending' | 'answered' | 'cancelled';

/** How long the state of a request that is over is kept. Telegram keeps updates for a day and may bring one again until then. */
export const REMEMBER_MS = 24 * 60 * 60_000;

/** An answer that was not sent this long after it was ready is lost. Above the 2 h for which its job tries. */
export const LONGEST_SENDING_MS = 3 * 60 * 60_000;

/** `overdue` and `leftSending` give at most this many requests at once. */
export const MOST_GIVEN = 100;

/** For requests of version 0.1, which were accepted before. */
export const NO_LIMIT = { maxActivePerUser: Number.MAX_SAFE_INTEGER };

export interface BookTiming {
  /** A try that hasn't called the book for longer is dead, ms. While it sends, it calls every 5 s. */
  sendingMs: number;
  /** If nobody called `overdue` for longer, the bots or Redis were away, ms. */
  awayMs: number;
  /** After such a time passed deadlines are not told for this long, ms: results that waited come first. */
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
  /** The user is told something by then. ms since the epoch, by the caller's clock. */
  deadline: number;
  /** What else the bot needs to answer. Goes through JSON. The book doesn't read it. Keep it below 1 kB. */
  envelope: E;
}

/** A request that is not over. */
export interface RequestRecord<E> extends NewRequest<E> {
  state: 'accepted' | 'published' | 'sending';
  /** Absent: none was sent. Without an id: one is being sent, or it is unknown whether one arrived. */
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
  /** Names the try. A call with the same name is of the same try. */
  attempt: string;
  /** Whether the call to the chat network that follows may be made twice: an edit may, a new message may not. */
  repeatable: boolean;
  /** The answer only says that the deadline has passed. */
  expired?: boolean;
}

/**
 * - send: send the answer, then call `answered` or `notSent`
 * - unknown: an earlier try died and may have sent a picture. Send no picture: tell the user in a short message that the
 *   answer may not have arrived, then call `answered`
 * - busy: another try is sending. Ask again later
 * - not_due: only for `expired`. The deadline has not passed, or an answer is ready. Send nothing
 * - answered, cancelled: the request is over. Send nothing, clean up
 */
export type SendPermission = 'send' | 'unknown' | 'busy' | 'not_due' | 'answered' | 'cancelled';

/**
 * The truth about each photo from its acceptance to its answer. Every method is atomic, also among several bots. Repeating a
 * call does no harm, so a call whose reply was lost can be made again.
 *
 * A request that the book doesn't know has the state `undefined`, as when Redis has lost everything. It can be sent and
 * answered all the same.
 *
 * Nothing of a user is kept once a request is over, and nothing for longer than a day after its deadline.
 *
 * @typeParam E the envelope
 */
export interface RequestBook<E> {
  /** Takes one of the user's slots and the last place in the queue. The slot is free again at the deadline. */
  accept(request: NewRequest<E>, limits: Pick<Limits, 'maxActivePerUser'>): Promise<Acceptance>;
  /** Removes a request that is `accepted`, so that the photo may be offered again. Changes no other. */
  forget(id: string): Promise<void>;
  /** Asks to send a placeholder. True once only, and only while there is no answer. Call it before the placeholder is sent. */
  placeholderSending(id: string): Promise<boolean>;
  /**
   * A placeholder was sent; without an id it is unknown whether it arrived. Changes nothing once the request is over.
   * Gives the request's state, as the next two methods do. If that is `sending` or later, the caller deletes the placeholder:
   * the sender of the answer looked for one before.
   */
  placeholderSent(id: string, placeholderId?: string): Promise<State | undefined>;
  /** Its photo was published. Changes only what is `accepted`. */
  published(id: string): Promise<State | undefined>;
  /**
   * There is an answer, be it that there will be no result. The request leaves the queue. If it was `accepted`, it becomes
   * `published`. Its deadline is not told when it passes.
   */
  answerReady(id: string): Promise<State | undefined>;
  /**
   * Asks to send the answer. Call it before the first call to the chat network, and again, with the same `attempt`, before a
   * new message that follows an edit. One try at a time may send. A try that calls nothing for `sendingMs` counts as dead.
   * The next try then gets 'send' if all calls of the dead one may be repeated. Else it gets 'unknown', as do all later ones.
   *
   * A try whose own call was not answered does as with 'unknown'.
   */
  sending(id: string, attempt: SendAttempt): Promise<SendPermission>;
  /**
   * The try failed, and nothing went out that may not be repeated. The request is `published` again. Changes nothing if
   * another try has followed.
   */
  notSent(id: string, attempt: string): Promise<void>;
  /** Ends a request, also one that was never known, and frees its slot. False if it was over before. */
  answered(id: string): Promise<boolean>;
  /** Ends all requests of a user that are not `sending`. Gives them as they were, by deadline. */
  cancel(userId: string): Promise<RequestRecord<E>[]>;

  /** Undefined when it is over or not known. */
  find(id: string): Promise<RequestRecord<E> | undefined>;
  /** In the order of `ids`. */
  states(ids: string[]): Promise<(State | undefined)[]>;
  /** Places in the queue, in the order of `ids`: 1 is the next. Undefined for one that is not in the queue. */
  places(ids: string[]): Promise<(number | undefined)[]>;
  /**
   * Requests whose deadline has passed without an answer, the longest overdue first; each until it is over. Call it every second.
   *
   * A request whose answer is ready comes here only if that was not sent for `LONGEST_SENDING_MS`. If nobody has called for
   * longer than `awayMs`, this gives none for `settleMs`: results may have waited.
   */
  overdue(): Promise<RequestRecord<E>[]>;
  /** Requests whose try hasn't called the book for longer than `sendingMs`, the longest first: their bot died. */
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
