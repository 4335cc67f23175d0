import type { Fate } from './fate.ts';

/** Counts of photos by their answers. */
export interface Tally {
  sent: number;
  /** Not accepted: the user was asked to send the photo again. */
  refused: number;
  /** Accepted, with one final answer. */
  once: number;
  /** More than one final answer, in one message or several; or refused and answered. */
  twice: number;
  unanswered: number;
  /** From users whom the bot can't write to. */
  unreachable: number;
  /** Of the answered photos: the answer was an apology or a doubt. */
  sorry: number;
  /** Placeholders left beside answers. */
  stray: number;
  /** Histories of photos without exactly one answer. */
  broken: string[];
}

/** Counts photos. The bot can't write to the `unreachable` chats: their photos count as sent only. */
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
