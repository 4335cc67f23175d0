import type { DrawnFace } from '@attrai/contracts/result';
import type { NotAPhoto } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';

/** Answers to an accepted photo that have no figures in them. */
export type PlainAnswer =
  | 'no_face'
  | 'unreadable'
  | 'too_many_pixels'
  | 'photo_missing'
  | 'failed'
  | 'file_gone'
  | 'files_out_of_reach';

/**
 * What becomes of a pressed button:
 * - accepted: the photo will be looked at again
 * - in_work, answered, cancelled: it was pressed before, and this became of it
 * - not_sender: somebody else sent the photo
 * - photo_gone: the photo was deleted
 * - too_old: Telegram doesn't tell which answer it belongs to
 * - off: `UNSURE_FACES` is `refuse` now
 * - down: a failure of the bot
 */
export type Pressed =
  | 'accepted'
  | 'in_work'
  | 'answered'
  | 'cancelled'
  | 'not_sender'
  | 'photo_gone'
  | 'too_old'
  | 'off'
  | 'down';

/** What /stats tells. A figure is undefined if its server is away. */
export interface Stats {
  version: string;
  /** Since the bot's start. */
  seconds: number;
  /** Photos accepted and not answered yet. */
  inWork: number | undefined;
  /** Of these, those that wait for an estimator. */
  waiting: number | undefined;
  /** Estimators that are ready for photos. */
  estimators: number | undefined;
  /** Photos by their outcomes, as the metrics name them, since the bot's start. */
  answers: [outcome: string, photos: number][];
}

/** All the bot says, in one language. Plain text, no markup. */
export interface Texts {
  /** Shown by Telegram beside each command. */
  commands: { score: string; start: string; help: string; privacy: string; cancel: string };
  /** What Telegram shows in an empty chat (at most 512 characters), and on the bot's page (at most 120). */
  description: { long: string; short: string };
  start(): string;
  startInGroup(username: string): string;
  help(limits: Limits, username: string): string;
  /** `readsAll`: mentions reach the bot in every group, not only where it is an administrator. */
  helpInGroup(limits: Limits, username: string, readsAll: boolean): string;
  privacy(limits: Limits): string;
  unknownCommand(): string;
  /** For somebody who may not use the bot; `id` is the user's, or the group's. At most 200 characters. */
  privateBot(id: string): string;
  stats(figures: Stats): string;

  /** Answers to /score that points at no photo, at a photo that is in work, or at a message of the bot. */
  howToScore(username: string, inPrivate: boolean): string;
  inWork: string;
  myOwn: string;

  /** Answers to /cancel: it has cancelled this many photos, or it failed. */
  cancelled(photos: number): string;
  notCancelled: string;
  /** Takes the place of a cancelled photo's placeholder. */
  photoCancelled: string;

  /** `position` 1 is the next photo, or the one being looked at; `waitSeconds` is left out while nobody knows. */
  placeholder(place: { position: number; waitSeconds?: number | undefined }): string;

  /** `bytes` is undefined if Telegram refused the download without telling. */
  tooLarge(bytes: number | undefined, limits: Limits): string;
  tooSmall(side: number, limits: Limits): string;
  tooManyActive(limits: Limits): string;
  tooOften(waitSeconds: number, limits: Limits): string;
  /** For several photos that were sent at once: `leftOut`, then one of the reasons. */
  severalRefused: {
    /** `refused` of the `sent` photos were left out. `numbers` names them; undefined if there are too many. */
    leftOut(photos: { refused: number; sent: number; numbers: string | undefined }): string;
    too_large(limits: Limits): string;
    too_small(limits: Limits): string;
    too_many_active(limits: Limits): string;
    too_often(waitSeconds: number, limits: Limits): string;
  };
  notAPhoto: Record<NotAPhoto, string>;

  /** At most 1,024 characters: Telegram's limit for captions. */
  scored(faces: DrawnFace[]): string;
  /** Gets the highest score in each photo of an album, or null, in the order of its messages. At least two have a score. */
  album(scores: (number | null)[]): string;
  expired(limits: Limits): string;
  answer: Record<PlainAnswer, string>;
  /** The answer was sent, and nobody knows whether it arrived. */
  maybeAnswered: string;

  /** The button with which a sender says that everybody in the photo is an adult. */
  adultsButton: string;
  /** At most 200 characters, as the refusals above: Telegram shows no more. */
  pressed: Record<Pressed, string>;
}
