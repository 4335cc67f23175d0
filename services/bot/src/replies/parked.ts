import { createHash } from 'node:crypto';
import { codeOf, RetryableError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import { z } from 'zod';

/** Keys of parked messages begin with this. */
export const PARKED_PREFIX = 'malformed-';
const MOST_PARKED = 100;
/** More of a message is cut off. */
const MOST_BYTES = 1_000_000;
/** Ends the first line, as in a message with an attachment. */
const NEWLINE = 0x0a;

const header = z.object({
  /** When it was parked, ms since the epoch. */
  at: z.number(),
  /** Where it died; absent if it came straight to the dead letters. */
  diedIn: z.enum([TO_ESTIMATE, AFTER_ESTIMATE, TO_ESTIMATE_DEAD]).optional(),
  /** What is wrong with it, without any of its contents. */
  why: z.string(),
  contentType: z.string(),
  /** Of the whole body. */
  bytes: z.number(),
});

/** A message nobody could read, kept for the operator. */
export interface ParkedMessage extends z.infer<typeof header> {
  key: string;
  body: Buffer;
  /** The body is not all of it. */
  cut: boolean;
}

/** A file that holds no parked message: the bot died while it wrote it, or something damaged it. */
export interface UnreadableFile {
  key: string;
  /** Why it can't be read, without any of its contents. */
  problem: string;
}

export interface Unreadable {
  diedIn?: QueueName | undefined;
  why: string;
  contentType: string;
  body: Buffer;
}

/** Messages nobody could read, as files of the inbox: a line of JSON about the message, then its bytes. */
export interface ParkedMessages {
  /**
   * Keeps a message, once however often it comes; `kept` is false when there are 100 other files. A file that can't be
   * read doesn't count as kept: it is written again.
   */
  park(message: Unreadable): Promise<{ key: string; kept: boolean }>;
  /** The messages, the oldest first, and the files that can't be read. */
  list(): Promise<{ messages: ParkedMessage[]; unreadable: UnreadableFile[] }>;
  /** Deletes a message, or a file that can't be read. Throws RetryableError `store_unavailable` if it can't be deleted. */
  drop(key: string): Promise<void>;
}

/** The key of a message: the same for the same bytes that died in the same queue. */
export function parkedKey({ diedIn, body }: Pick<Unreadable, 'diedIn' | 'body'>): string {
  return (
    PARKED_PREFIX +
    createHash('sha256')
      .update(`${diedIn ?? ''}\n`)
      .update(body)
      .digest('hex')
      .slice(0, 20)
  );
}

export function createParkedMessages(inbox: PhotoStore): ParkedMessages {
  const keys = async () => (await inbox.keys()).filter((key) => key.startsWith(PARKED_PREFIX));

  async function read(key: string): Promise<ParkedMessage | UnreadableFile> {
    try {
      const file = await inbox.get({ ref: inbox.refOf(key) });
      const end = file.indexOf(NEWLINE);
      const about = header.parse(JSON.parse(file.subarray(0, end).toString()));
      const body = file.subarray(end + 1);
      return { ...about, key, body, cut: body.length < about.bytes };
    } catch (error) {
      return { key, problem: problemOf(error) };
    }
  }

  return {
    async park({ body, ...about }) {
      const key = parkedKey({ ...about, body });
      if (!isUnreadable(await read(key))) return { key, kept: true };
      const others = (await keys()).filter((other) => other !== key);
      if (others.length >= MOST_PARKED) return { key, kept: false };
      const line = JSON.stringify({ at: Date.now(), ...about, bytes: body.length } satisfies z.infer<typeof header>);
      await inbox.put(key, Buffer.concat([Buffer.from(line), Buffer.of(NEWLINE), body.subarray(0, MOST_BYTES)]));
      return { key, kept: true };
    },
    async list() {
      const files = await Promise.all((await keys()).sort().map(read));
      const messages = files.filter((file): file is ParkedMessage => !isUnreadable(file));
      return { messages: messages.sort((a, b) => a.at - b.at), unreadable: files.filter(isUnreadable) };
    },
    drop: (key) => inbox.delete(inbox.refOf(key)),
  };
}

function isUnreadable(file: ParkedMessage | UnreadableFile): file is UnreadableFile {
  return 'problem' in file;
}

function problemOf(error: unknown): string {
  // The store lists a half-written file, and gives whole ones only.
  if (codeOf(error) === 'photo_missing') return 'its file is half-written';
  // What JSON.parse says quotes the file.
  return error instanceof RetryableError ? error.message : 'its file is damaged';
}
