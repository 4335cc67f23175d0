import type { Fate } from './fate.ts';

/** Outcomes of photos, counted. */
export interface Tally {
  sent: number;
  /** Not accepted: their users were told to send them again. */
  refused: number;
  /** Answered exactly once, by a picture or a plain reason. */
  once: number;
  /** More than one final answer: in several messages, or one after the other in the same; or refused and yet answered. */
  twice: number;
  unanswered: number;
  /** Of users who can't be told anything. */
  unreachable: number;
  /** Of those answered: told only that something went wrong on our side, or may have. */
  sorry: number;
  /** Progress messages left beside the answer. */
  stray: number;
  /** What happened to the photos that broke a promise, for people. */
  broken: string[];
}

/** Counts outcomes. In `unreachable` chats the bot can't write: their photos count as sent only. */
export function tally(all: readonly Fate[], unreachable: readonly number[] = []): Tally {
  const fates = all.filter(({ chatId }) => !unreachable.includes(chatId));
  const count = (is: (fate: Fate) => boolean) => fates.filter(is).length;
  const isRefused = ({ finals }: Fate) => finals.length === 1 && finals[0] === 'refusal';
  return {
    sent: all.length,
    refused: count(isRefused),
    once: count((fate) => fate.finals.length === 1 && !isRefused(fate)),
    twice: count(({ finals }) => finals.length > 1),
    unanswered: count(({ finals }) => finals.length === 0),
    unreachable: all.length - fates.length,
    sorry: count(({ finals }) => finals.includes('sorry') || finals.includes('doubt')),
    stray: fates.reduce((sum, { stray }) => sum + stray, 0),
    broken: fates.filter(({ finals }) => finals.length !== 1).map(({ history }) => history),
  };
}
