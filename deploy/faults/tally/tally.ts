import type { Load, Sent } from '../load/load.ts';
import type { LogEntry, SandboxClient } from '../suite/sandbox-client.ts';
import type { Said } from './contents.ts';

/** What became of the photos, counted at the sandbox. */
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
  /** Messages that speak of progress for ever, beside the answer. */
  stray: number;
  /** What happened to the photos that broke a promise, for the log. */
  broken: string[];
}

/** The final answers to one photo. */
interface Fate {
  finals: Said[];
  stray: number;
  history: string;
}

export interface TallySpec {
  load: Load;
  sandbox: SandboxClient;
  read(entry: LogEntry): Said;
  /** Chats in which the bot can say nothing. */
  unreachable: number[];
}

export async function tally({ load, sandbox, read, unreachable }: TallySpec): Promise<Tally> {
  const all = [...load.sent];
  const sent = all.filter(({ chatId }) => !unreachable.includes(chatId));
  const logs = new Map<number, LogEntry[]>();
  await Promise.all(load.chats.map(async (chatId) => logs.set(chatId, await sandbox.log(chatId))));
  const fates = sent.map((photo) => fateOf(photo, logs.get(photo.chatId)!, read));

  const count = (is: (fate: Fate) => boolean) => fates.filter(is).length;
  const isRefused = ({ finals }: Fate) => finals.length === 1 && finals[0] === 'refusal';
  const isBroken = ({ finals }: Fate) => finals.length !== 1;
  return {
    sent: all.length,
    refused: count(isRefused),
    once: count((fate) => fate.finals.length === 1 && !isRefused(fate)),
    twice: count(({ finals }) => finals.length > 1),
    unanswered: count(({ finals }) => finals.length === 0),
    unreachable: all.length - sent.length,
    sorry: count(({ finals }) => finals.includes('sorry') || finals.includes('doubt')),
    stray: fates.reduce((sum, { stray }) => sum + stray, 0),
    broken: fates.filter(isBroken).map(({ history }) => history),
  };
}

function fateOf({ chatId, messageId, kind }: Sent, log: LogEntry[], read: (entry: LogEntry) => Said): Fate {
  const replies = Map.groupBy(
    log.filter((entry) => entry.from === 'bot' && entry.reply_to === messageId),
    (entry) => entry.message_id,
  );
  const finals: Said[] = [];
  let stray = 0;
  const history: string[] = [];
  for (const [id, entries] of replies) {
    const said = entries.map(read);
    history.push(`${id}: ${said.join(' > ')}`);
    // The same content once more is the same answer: edits may be repeated.
    const changes = entries.filter(
      ({ kind, text }, i) => kind !== entries[i - 1]?.kind || text !== entries[i - 1]?.text,
    );
    const answers = changes.map(read).filter((what) => what !== 'progress' && what !== 'nothing');
    if (said.at(-1) === 'progress') stray += 1;
    // An answer that progress was written over is none.
    if (said.at(-1) === 'progress' || said.at(-1) === 'nothing') answers.pop();
    finals.push(...answers);
  }
  // Words that a picture may not have arrived are an answer only where there is no other.
  const sure = finals.filter((what) => what !== 'doubt');
  if (sure.length > 0) finals.splice(0, Infinity, ...sure);
  // Without an answer the placeholder isn't stray, the photo is unanswered.
  if (finals.length === 0) stray = Math.max(0, stray - 1);
  return { finals, stray, history: `${kind} photo ${messageId} in chat ${chatId}: ${history.join('; ') || 'nothing'}` };
}
