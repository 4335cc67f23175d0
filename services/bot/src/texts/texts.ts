import type { DrawnFace } from '@attrai/contracts/result';
import type { NotAPhoto } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';

/** Answers to an accepted photo that need no figures. */
export type PlainAnswer = 'no_face' | 'unreadable' | 'too_many_pixels' | 'photo_missing' | 'failed' | 'file_gone';

/**
 * What the press of an answer's button meets:
 * - accepted: the photo will be looked at again
 * - in_work, answered, cancelled: it was pressed before
 * - not_sender: somebody else sent the photo
 * - photo_gone: the photo was deleted
 * - too_old: Telegram doesn't tell any more which answer it belongs to
 * - off: this bot doesn't ask
 * - down: something on our side
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

  /** Answers to /score: pointing at no photo; at one that is in work; at a message of the bot's own. */
  howToScore(username: string, inPrivate: boolean): string;
  inWork: string;
  myOwn: string;

  /** Answers to /cancel, which has dropped `photos`; it could not be done now. */
  cancelled(photos: number): string;
  notCancelled: string;
  /** Takes the place of a cancelled photo's placeholder. */
  photoCancelled: string;

  /** `position` 1 is the next photo, or the one being looked at; `waitSeconds` is left out while nobody knows. */
  placeholder(place: { position: number; waitSeconds?: number | undefined }): string;

  /** `bytes` is undefined where only Telegram's refusal to hand out the file tells. */
  tooLarge(bytes: number | undefined, limits: Limits): string;
  tooSmall(side: number, limits: Limits): string;
  tooManyActive(limits: Limits): string;
  tooOften(waitSeconds: number, limits: Limits): string;
  notAPhoto: Record<NotAPhoto, string>;

  /** At most 1,024 characters, which is all a caption may have. */
  scored(faces: DrawnFace[]): string;
  /** The highest score in each photo of an album, by the order of its messages; null without one. Two at the least have one. */
  album(scores: (number | null)[]): string;
  expired(limits: Limits): string;
  answer: Record<PlainAnswer, string>;
  /** The answer was sent, and nobody knows whether it arrived. */
  maybeAnswered: string;

  /** The button by which a sender says that everybody in the photo is an adult. */
  adultsButton: string;
  /** As the refusals above at most 200 characters, which is all Telegram shows of it. */
  pressed: Record<Pressed, string>;
}
