import type { SampleKind } from '../load/samples.ts';
import type { LogEntry } from '../suite/sandbox-client.ts';
import { type Said, whatIsSaid } from './said.ts';

export interface Sent {
  chatId: number;
  messageId: number;
  kind: SampleKind;
}

/** The answers to one photo, from the log of its chat. */
export interface Fate {
  chatId: number;
  /** Milliseconds since the epoch, as `answeredAt`. */
  sentAt: number;
  /** When the first final answer came; undefined without one. */
  answeredAt: number | undefined;
  /** Final answers; there should be one. */
  finals: Said[];
  /** Placeholders left beside the answer. */
  stray: number;
  /** Everything the bot said about the photo, for the report. */
  history: string;
}

export function fateOf({ chatId, messageId, kind }: Sent, log: LogEntry[]): Fate {
  const replies = log.filter(({ from, reply_to }) => from === 'bot' && reply_to === messageId);
  const messages = [...Map.groupBy(replies, ({ message_id }) => message_id)].map(readMessage);
  const all = messages.flatMap((message) => message.finals);
  // "You may have got an answer" counts only without another answer, and once.
  const sure = all.filter(({ what }) => what !== 'doubt');
  const finals = sure.length > 0 ? sure : all.slice(0, 1);
  const inProgress = messages.filter(({ said }) => said.at(-1) === 'progress').length;
  const history = messages.map(({ id, said }) => `${id}: ${said.join(' > ')}`).join('; ');
  return {
    chatId,
    sentAt: log.find(({ from, message_id }) => from === 'user' && message_id === messageId)!.at,
    answeredAt: finals.length === 0 ? undefined : Math.min(...finals.map(({ at }) => at)),
    finals: finals.map(({ what }) => what),
    // Without an answer, one placeholder belongs to the photo in work.
    stray: finals.length === 0 ? Math.max(0, inProgress - 1) : inProgress,
    history: `${kind} photo ${messageId} in chat ${chatId}: ${history || 'nothing'}`,
  };
}

interface Message {
  id: number;
  said: Said[];
  finals: { what: Said; at: number }[];
}

function readMessage([id, entries]: [number, LogEntry[]]): Message {
  const said = entries.map(whatIsSaid);
  const finals = entries
    .map(({ at, kind, text }, i) => {
      const before = entries[i - 1];
      // An edit with the same content is no new answer.
      return { at, what: said[i]!, isNew: kind !== before?.kind || text !== before.text };
    })
    .filter(({ what, isNew }) => isNew && what !== 'progress' && what !== 'nothing');
  // An answer does not count if it was deleted or replaced by progress.
  const last = said.at(-1);
  if (last === 'progress' || last === 'nothing') finals.pop();
  return { id, said, finals };
}
