import type { ReplyTo } from '@attrai/contracts/reply-to';

/**
 * What the bot knows of a request:
 * - accepted: it has its slot; the photo is not on its way to the estimators yet
 * - underway: the photo was published
 * - answered: remembered for a day after
 */
export type Stage = 'accepted' | 'underway' | 'answered';

/** Handed out at once by `overdue`. */
export const MOST_OVERDUE = 100;

/** Long enough that Telegram, which keeps updates for a day, can't bring an answered photo back. */
export const REMEMBER_MS = 24 * 60 * 60_000;

/** A request whose deadline has passed. */
export interface Overdue {
  id: string;
  replyTo: ReplyTo;
}

/** The requests that wait for their answer: a few slots per user, and the truth about what is answered. */
export interface ActiveRequests {
  /**
   * Reserves a slot of the user until `deadline` (ms since the epoch), when a forgotten slot frees itself.
   * 'already': this request was taken before, answered or not; 'full': no slot is free. Neither changes anything.
   */
  take(userId: number, requestId: string, deadline: number): Promise<'taken' | 'already' | 'full'>;
  /** The photo was published. */
  setUnderway(requestId: string): Promise<void>;
  /** Whom to tell if nothing else answers until `deadline` (ms since the epoch). Changes nothing unless it waits for its answer. */
  oweAnswer(requestId: string, replyTo: ReplyTo, deadline: number): Promise<void>;
  /** Up to 100 of those owed an answer whose deadline has passed, the longest overdue first; each until it is released. */
  overdue(): Promise<Overdue[]>;
  /** Undefined: nothing is known of it. A request stays unanswered beyond its deadline, until it is released. */
  stage(requestId: string): Promise<Stage | undefined>;
  /** Frees the slot and remembers the request as answered, also one that wasn't known. False if it was answered before. */
  release(userId: number, requestId: string): Promise<boolean>;
  /** Frees the slot as if it had never been taken: the request may be taken again. */
  forget(userId: number, requestId: string): Promise<void>;
  /** Slots taken now, of all users. */
  total(): Promise<number>;
}
