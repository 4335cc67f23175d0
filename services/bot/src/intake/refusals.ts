import type { SmallTalk } from '../chat/small-talk.ts';
import type { SentOther, SentPhoto } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';
import { languageFor } from '../texts/languages.ts';
import { type Refusal, refusalText, severalRefusedText } from './refusal.ts';

type Sent = SentPhoto | SentOther;

/** The refusals of one kind in a burst. */
interface Refused {
  first: Sent;
  last: Refusal;
  /** Places among the photos of the burst. */
  numbers: number[];
}

/** What one person sends to one chat or topic at once. */
interface Burst {
  startedAt: number;
  photos: number;
  /** Messages that are not decided yet. */
  open: number;
  /** By kind. */
  refused: Map<Refusal['kind'], Refused>;
  timer: NodeJS.Timeout;
}

/** A burst is over this long after its last message. */
const QUIET_MS = 1_000;
/** A burst is over this long after its first message. */
const LONGEST_MS = 5_000;
/** The same for photos. A phone takes this long to send 30 photos that were picked at once. */
const LONGEST_OF_PHOTOS_MS = 20_000;
/** Beyond this many bursts each refusal is said at once. */
const MOST_BURSTS = 1_000;
const MOST_IN_BURST = 200;

/** Gathers refusals, so that a burst of photos gets one message for each kind of refusal, not one for each photo. */
export class Refusals {
  #smallTalk: Pick<SmallTalk, 'say'>;
  #limits: Limits;
  #bursts = new Map<string, Burst>();

  constructor(smallTalk: Pick<SmallTalk, 'say'>, limits: Limits) {
    this.#smallTalk = smallTalk;
    this.#limits = limits;
  }

  /** Says soon what `decide` resolves to, and throws what it throws. Call it in the order in which the messages were sent. */
  async gather(sent: Sent, decide: () => Promise<Refusal | undefined>): Promise<void> {
    const key = [sent.chatId, sent.topicId, sent.from.id].join();
    const burst = this.#burstOf(key);
    const number = sent.kind === 'photo' ? ++burst.photos : 0;
    burst.open += 1;
    try {
      const refusal = await decide();
      if (refusal !== undefined) note(burst, sent, refusal, number);
    } finally {
      burst.open -= 1;
      if (this.#bursts.get(key) === burst) burst.timer.refresh();
      // The burst was over before this was decided.
      else this.#say(burst);
    }
  }

  /** Says all refusals that wait. */
  sayAll(): void {
    for (const key of this.#bursts.keys()) this.#end(key);
  }

  #burstOf(key: string): Burst {
    const now = performance.now();
    const known = this.#bursts.get(key);
    const longest = known && known.photos > 0 ? LONGEST_OF_PHOTOS_MS : LONGEST_MS;
    const goesOn = known && now - known.startedAt < longest && known.photos < MOST_IN_BURST;
    if (goesOn) {
      known.timer.refresh();
      return known;
    }
    this.#end(key);
    const timer = setTimeout(() => this.#look(key), QUIET_MS);
    const burst: Burst = { startedAt: now, photos: 0, open: 0, refused: new Map(), timer };
    if (this.#bursts.size < MOST_BURSTS) this.#bursts.set(key, burst);
    else clearTimeout(timer);
    return burst;
  }

  #look(key: string): void {
    const { open, startedAt, timer } = this.#bursts.get(key)!;
    if (open > 0 && performance.now() - startedAt < LONGEST_MS) timer.refresh();
    else this.#end(key);
  }

  #end(key: string): void {
    const burst = this.#bursts.get(key);
    if (!burst) return;
    this.#bursts.delete(key);
    clearTimeout(burst.timer);
    this.#say(burst);
  }

  #say({ refused, photos }: Burst): void {
    for (const { first, last, numbers } of refused.values()) {
      const { chatId, messageId, topicId, from } = first;
      const language = languageFor(from.language);
      const text =
        numbers.length > 1
          ? severalRefusedText(last, { numbers, sent: photos }, language, this.#limits)
          : refusalText(last, language, this.#limits);
      this.#smallTalk.say({ chatId, topicId, replyTo: messageId }, text);
    }
    refused.clear();
  }
}

function note({ refused }: Burst, sent: Sent, refusal: Refusal, number: number): void {
  const others = refused.get(refusal.kind);
  // They may be decided in any order.
  const isFirst = others === undefined || number < others.numbers[0]!;
  const numbers = [...(others?.numbers ?? []), number].sort((a, b) => a - b);
  refused.set(refusal.kind, { first: isFirst ? sent : others.first, last: refusal, numbers });
}
