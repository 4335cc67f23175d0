import type { SmallTalk } from './chat/small-talk.ts';
import type { Want } from './chat/wants.ts';
import { languageFor, TEXTS } from './texts/languages.ts';

export interface DoorParts {
  /** Ids of users and chats that may use the bot. Without it all may. */
  allowed?: ReadonlySet<string> | undefined;
  /** Ids of users who may always use it. */
  admins: ReadonlySet<string>;
  smallTalk: Pick<SmallTalk, 'say' | 'answerPress'>;
  /** Does what somebody wants who may use the bot. */
  inside(want: Want): Promise<void>;
}

/** Beyond this many chats all are forgotten, and may be told again. */
const MOST_CHATS = 10_000;

/**
 * Lets in who may use the bot: allowed users in all chats, and everybody in an allowed chat. Others are told once in each chat that the
 * bot is private; in a group only if they address the bot. Their photos are not downloaded.
 */
export class Door {
  #parts: DoorParts;
  #told = new Set<string>();

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  async handle(want: Want): Promise<void> {
    if (this.#mayEnter(want)) await this.#parts.inside(want);
    else this.#turnAway(want);
  }

  #mayEnter(want: Want): boolean {
    const { allowed, admins } = this.#parts;
    if (allowed === undefined) return true;
    const chatId = want.kind === 'press' ? want.answer?.chatId : want.chatId;
    return allowed.has(want.from.id) || admins.has(want.from.id) || (chatId !== undefined && allowed.has(chatId));
  }

  #turnAway(want: Want): void {
    const { smallTalk } = this.#parts;
    const { privateBot } = TEXTS[languageFor(want.from.language)];
    // A pressed button shows that it waits until there is an answer.
    if (want.kind === 'press') {
      smallTalk.answerPress(want.pressId, privateBot(want.from.id));
      return;
    }
    const { chatId, topicId, messageId } = want;
    if (!isAddressed(want) || this.#told.has(chatId)) return;
    if (this.#told.size >= MOST_CHATS) this.#told.clear();
    this.#told.add(chatId);
    smallTalk.say({ chatId, replyTo: messageId, topicId }, privateBot(chatId));
  }
}

/** Whether the message is for the bot. In a group an unknown command may be for another bot. */
function isAddressed(want: Exclude<Want, { kind: 'press' }>): boolean {
  if (want.inPrivate) return true;
  if (want.kind === 'command') return Object.hasOwn(TEXTS.en.commands, want.name);
  return want.kind === 'score' || want.isForBot;
}
