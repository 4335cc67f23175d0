import fc from 'fast-check';
import type { NewRequest, RequestBook, SendAttempt, SendPermission, State } from '../src/requests/request-book.ts';

// What a book is to answer, as plainly as it can be said: one list, gone through again for every question. Times are only
// "passed" or "not yet": a deadline is an hour ago or in an hour, and senders are dead at once or never.

export const MOST_ACTIVE = 2;
const IDS = ['a1', 'a2', 'a3', 'b1'];
const AN_HOUR = 3_600_000;

export type Step =
  | { do: 'accept'; id: string; isLate: boolean }
  | { do: 'placeholderSent'; id: string; placeholderId: string | undefined }
  | { do: 'forget' | 'placeholderSending' | 'published' | 'answerReady' | 'answered'; id: string }
  | ({ do: 'sending'; id: string } & Required<SendAttempt>)
  | { do: 'notSent'; id: string; attempt: string }
  | { do: 'cancel'; user: string };

const id = fc.constantFrom(...IDS);
const attempt = fc.constantFrom('x', 'y');

export const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ do: fc.constant('accept' as const), id, isLate: fc.boolean() }),
    fc.record({ do: fc.constant('accept' as const), id, isLate: fc.constant(false) }),
    fc.record({ do: fc.constant('placeholderSent' as const), id, placeholderId: fc.constantFrom('5', undefined) }),
    fc.record({ do: fc.constantFrom('published' as const, 'answerReady' as const, 'answered' as const), id }),
    fc.record({ do: fc.constantFrom('forget' as const, 'placeholderSending' as const), id }),
    fc.record({
      do: fc.constant('sending' as const),
      id,
      attempt,
      repeatable: fc.boolean(),
      expired: fc.boolean(),
    }),
    fc.record({ do: fc.constant('notSent' as const), id, attempt }),
    fc.record({ do: fc.constant('cancel' as const), user: fc.constantFrom('a', 'b') }),
  ),
  { maxLength: 60, size: 'max' },
);

interface Known {
  id: string;
  state: State;
  isLate: boolean;
  waits: boolean;
  placeholder?: { id?: string };
  answerReady: boolean;
  attempt?: string;
  once: boolean;
  inDoubt: boolean;
  /** Accepted, not only sent. */
  accepted: boolean;
}

export class BookModel {
  #all: Known[] = [];
  #sendersDie: boolean;

  constructor(sendersDie: boolean) {
    this.#sendersDie = sendersDie;
  }

  take(step: Step): unknown {
    if (step.do === 'cancel') return this.#cancel(step.user);
    const known = this.#all.find(({ id }) => id === step.id);
    const live = known && isLive(known) ? known : undefined;
    switch (step.do) {
      case 'accept':
        return this.#accept(step.id, step.isLate, known);
      case 'forget':
        if (known?.state === 'accepted') this.#all = this.#all.filter((other) => other !== known);
        return undefined;
      case 'placeholderSending': {
        const waits = live?.accepted && live.state !== 'sending' && !live.answerReady && !live.placeholder;
        if (waits) live.placeholder = {};
        return waits ?? false;
      }
      case 'placeholderSent':
        if (live) live.placeholder = step.placeholderId === undefined ? {} : { id: step.placeholderId };
        return known?.state;
      case 'published':
        if (live?.state === 'accepted') live.state = 'published';
        return known?.state;
      case 'answerReady':
        if (live?.state === 'accepted') live.state = 'published';
        if (live) Object.assign(live, { answerReady: true, waits: false });
        return known?.state;
      case 'sending':
        return this.#sending(step, known);
      case 'notSent':
        if (live?.state !== 'sending' || live.attempt !== step.attempt) return undefined;
        live.state = 'published';
        delete live.attempt;
        return undefined;
      case 'answered':
        if (known && !live) return false;
        this.#end(step.id, 'answered');
        return true;
    }
  }

  /** Everything that can be asked. */
  get view() {
    const live = this.#all.filter((known) => isLive(known) && known.accepted);
    const waiting = this.#all.filter(({ waits }) => waits).map((known) => known.id);
    return {
      states: IDS.map((id) => this.#all.find((known) => known.id === id)?.state),
      places: IDS.map((id) => (waiting.includes(id) ? waiting.indexOf(id) + 1 : undefined)),
      found: IDS.map((id) => live.find((known) => known.id === id)).map((known) => known && viewOf(known)),
      overdue: live
        .filter(({ isLate, answerReady, state }) => isLate && !answerReady && state !== 'sending')
        .map((known) => known.id),
      left: live
        .filter(({ state }) => state === 'sending' && this.#sendersDie)
        .map((known) => known.id)
        .sort(),
      total: live.length,
    };
  }

  #accept(id: string, isLate: boolean, known: Known | undefined) {
    if (known) return { kind: 'already', state: known.state };
    const slots = this.#all.filter(
      (other) => isLive(other) && other.accepted && !other.isLate && other.id[0] === id[0],
    );
    if (slots.length >= MOST_ACTIVE) return { kind: 'full' };
    const nothing = { answerReady: false, once: false, inDoubt: false };
    this.#all.push({ id, state: 'accepted', isLate, waits: true, accepted: true, ...nothing });
    return { kind: 'accepted', place: this.#all.filter(({ waits }) => waits).length };
  }

  #sending(step: Extract<Step, { do: 'sending' }>, known: Known | undefined): SendPermission {
    if (known && !isLive(known)) return known.state as SendPermission;
    const isOther = known?.state === 'sending' && known.attempt !== step.attempt;
    if (isOther && !this.#sendersDie) return 'busy';
    const isNew = known?.attempt !== step.attempt;
    if (known?.accepted && isNew && step.expired && (!known.isLate || known.answerReady)) return 'not_due';
    const { id, attempt, repeatable } = step;
    const lost = { isLate: false, waits: false, answerReady: false, inDoubt: false, accepted: false };
    const now: Known = known ?? { id, state: 'sending', once: false, ...lost };
    if (isOther && now.once) now.inDoubt = true;
    now.once = !repeatable || (!isNew && now.once);
    Object.assign(now, { state: 'sending', attempt, waits: false });
    if (!known) this.#all.push(now);
    return now.inDoubt ? 'unknown' : 'send';
  }

  #cancel(user: string): string[] {
    const his = this.#all.filter(({ id, state }) => id[0] === user && (state === 'accepted' || state === 'published'));
    const cancelled = his.filter(({ accepted }) => accepted).map(({ id }) => id);
    for (const id of cancelled) this.#end(id, 'cancelled');
    return cancelled.sort();
  }

  #end(id: string, state: 'answered' | 'cancelled'): void {
    this.#all = this.#all.filter((known) => known.id !== id);
    const nothing = { isLate: false, waits: false, answerReady: false, once: false, inDoubt: false, accepted: false };
    this.#all.push({ id, state, ...nothing });
  }
}

/** Does the same to a book. */
export async function takeOn(book: RequestBook<string>, step: Step, deadline: number): Promise<unknown> {
  switch (step.do) {
    case 'accept':
      return book.accept(requestOf(step.id, step.isLate ? deadline - AN_HOUR : deadline + AN_HOUR), {
        maxActivePerUser: MOST_ACTIVE,
      });
    case 'placeholderSent':
      return book.placeholderSent(step.id, step.placeholderId);
    case 'sending':
      return book.sending(step.id, step);
    case 'notSent':
      return book.notSent(step.id, step.attempt);
    case 'cancel':
      return (await book.cancel(step.user)).map((request) => request.id).sort();
    default:
      return book[step.do](step.id);
  }
}

export async function viewOfBook(book: RequestBook<string>): Promise<BookModel['view']> {
  const [states, places, found, overdue, left, total] = await Promise.all([
    book.states(IDS),
    book.places(IDS),
    Promise.all(IDS.map((id) => book.find(id))),
    book.overdue(),
    book.leftSending(),
    book.total(),
  ]);
  return {
    states,
    places,
    found: found.map((request) => request && viewOf(request)),
    overdue: overdue.map((request) => request.id),
    left: left.map((request) => request.id).sort(),
    total,
  };
}

function requestOf(id: string, deadline: number): NewRequest<string> {
  const userId = id[0]!;
  return { id, userId, chatId: userId, messageId: '1', deadline, envelope: id };
}

function viewOf({ id, state, answerReady, placeholder }: Pick<Known, 'id' | 'state' | 'answerReady' | 'placeholder'>) {
  return { id, state, answerReady, ...(placeholder && { placeholder }) };
}

function isLive({ state }: Known): boolean {
  return state !== 'answered' && state !== 'cancelled';
}
