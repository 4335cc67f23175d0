import { createHash } from 'node:crypto';
import { codeOf, RetryableError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import { z } from 'zod';

/** Keys of parked messages begin with this. */
export const PARKED_PREFIX = 'malformed-';
const MOST_PARKED = 100;
/** A longer message is cut off. */
const MOST_BYTES = 1_000_000;
/** Ends the first line, as in a message with an attachment. */
const NEWLINE = 0x0a;

const header = z.object({
  /** When it was parked, ms since the epoch. */
  at: z.number(),
  /** The queue where it died; absent if it was put into the dead letters by hand. */
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

/** A file that can't be read: the bot died while it wrote the file, or something damaged it. */
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

/** The key of a message: the same for the same bytes that died in the same queue. */
export function parkedKey({ diedIn, body }: Pick<Unreadable, 'diedIn' | 'body'>): string {
  const hash = createHash('sha256')
    .update(`${diedIn ?? ''}\n`)
    .update(body);
  return PARKED_PREFIX + hash.digest('hex').slice(0, 20);
}

/** Messages nobody could read, as files of the inbox: a line of JSON about the message, then its bytes. */
export class ParkedMessages {
  #inbox: PhotoStore;

  constructor(inbox: PhotoStore) {
    this.#inbox = inbox;
  }

  /**
   * Keeps a message, once however often it comes. `kept` is false when there are 100 other files. A file that can't be
   * read is written again.
   */
  async park({ body, ...about }: Unreadable): Promise<{ key: string; kept: boolean }> {
    const key = parkedKey({ ...about, body });
    if (!isUnreadable(await this.#read(key))) return { key, kept: true };
    const others = (await this.#keys()).filter((other) => other !== key);
    if (others.length >= MOST_PARKED) return { key, kept: false };
    const line = JSON.stringify({ at: Date.now(), ...about, bytes: body.length } satisfies z.infer<typeof header>);
    await this.#inbox.put(key, Buffer.concat([Buffer.from(line), Buffer.of(NEWLINE), body.subarray(0, MOST_BYTES)]));
    return { key, kept: true };
  }

  /** The messages, the oldest first, and the files that can't be read. */
  async list(): Promise<{ messages: ParkedMessage[]; unreadable: UnreadableFile[] }> {
    const files = await Promise.all((await this.#keys()).sort().map((key) => this.#read(key)));
    const messages = files.filter((file): file is ParkedMessage => !isUnreadable(file));
    return { messages: messages.sort((a, b) => a.at - b.at), unreadable: files.filter(isUnreadable) };
  }

  /** Deletes a message, or a file that can't be read. Throws RetryableError `store_unavailable` if it can't be deleted. */
  drop(key: string): Promise<void> {
    return this.#inbox.delete(this.#inbox.refOf(key));
  }

  async #keys(): Promise<string[]> {
    return (await this.#inbox.keys()).filter((key) => key.startsWith(PARKED_PREFIX));
  }

  async #read(key: string): Promise<ParkedMessage | UnreadableFile> {
    try {
      const file = await this.#inbox.get({ ref: this.#inbox.refOf(key) });
      const end = file.indexOf(NEWLINE);
      const about = header.parse(JSON.parse(file.subarray(0, end).toString()));
      const body = file.subarray(end + 1);
      return { ...about, key, body, cut: body.length < about.bytes };
    } catch (error) {
      return { key, problem: problemOf(error) };
    }
  }
}

function isUnreadable(file: ParkedMessage | UnreadableFile): file is UnreadableFile {
  return 'problem' in file;
}

function problemOf(error: unknown): string {
  // The store lists half-written files, but doesn't give them.
  if (codeOf(error) === 'photo_missing') return 'its file is half-written';
  // An error of JSON.parse quotes the file.
  return error instanceof RetryableError ? error.message : 'its file is damaged';
}
