import type { Sent } from '../load/crowd.ts';
import type { LogEntry } from '../suite/sandbox-client.ts';
import { type Said, whatIsSaid } from './said.ts';

/** The outcome of one photo, as Telegram saw it. */
export interface Fate {
  chatId: number;
  /** ms since the epoch */
  sentAt: number;
  /** Time of the first final answer; undefined while there is none. */
  answeredAt: number | undefined;
  /** Its final answers; one, if all went well. */
  finals: Said[];
  /** Progress messages left beside the answer. */
  stray: number;
  /** For people: everything the bot said about it. */
  history: string;
}

/** The outcome of a photo by the log of its chat. */
export function fateOf({ chatId, messageId, kind }: Sent, log: LogEntry[]): Fate {
  const replies = log.filter(({ from, reply_to }) => from === 'bot' && reply_to === messageId);
  const messages = [...Map.groupBy(replies, ({ message_id }) => message_id)].map(readMessage);
  const all = messages.flatMap((message) => message.finals);
  // Words that a picture may not have arrived are an answer only where there is no other, and may come twice.
  const sure = all.filter(({ what }) => what !== 'doubt');
  const finals = sure.length > 0 ? sure : all.slice(0, 1);
  const inProgress = messages.filter(({ said }) => said.at(-1) === 'progress').length;
  const history = messages.map(({ id, said }) => `${id}: ${said.join(' > ')}`).join('; ');
  return {
    chatId,
    sentAt: log.find(({ from, message_id }) => from === 'user' && message_id === messageId)!.at,
    answeredAt: finals.length === 0 ? undefined : Math.min(...finals.map(({ at }) => at)),
    finals: finals.map(({ what }) => what),
    // Without an answer, one of them is the placeholder of a photo in work.
    stray: finals.length === 0 ? Math.max(0, inProgress - 1) : inProgress,
    history: `${kind} photo ${messageId} in chat ${chatId}: ${history || 'nothing'}`,
  };
}

interface Message {
  id: number;
  /** What it said, one after the other. */
  said: Said[];
  /** The final answers among that. */
  finals: { what: Said; at: number }[];
}

/** Reads one message of the bot, which it may have edited. */
function readMessage([id, entries]: [number, LogEntry[]]): Message {
  const said = entries.map(whatIsSaid);
  const finals = entries
    .map(({ at, kind, text }, i) => {
      const before = entries[i - 1];
      // The same content once more is the same answer: edits may be repeated.
      return { at, what: said[i]!, isNew: kind !== before?.kind || text !== before.text };
    })
    .filter(({ what, isNew }) => isNew && what !== 'progress' && what !== 'nothing');
  // An answer that was deleted, or replaced by a word of progress, is none.
  const last = said.at(-1);
  if (last === 'progress' || last === 'nothing') finals.pop();
  return { id, said, finals };
}
