import { createHash } from 'node:crypto';
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

export interface Unreadable {
  diedIn?: QueueName | undefined;
  why: string;
  contentType: string;
  body: Buffer;
}

/** Messages nobody could read, as files of the inbox: a line of JSON about the message, then its bytes. */
export interface ParkedMessages {
  /** Keeps a message, once however often it comes; `kept` is false when there are 100 others. */
  park(message: Unreadable): Promise<{ key: string; kept: boolean }>;
  /** The oldest first. */
  list(): Promise<ParkedMessage[]>;
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

  async function read(key: string): Promise<ParkedMessage> {
    const file = await inbox.get({ ref: inbox.refOf(key) });
    const end = file.indexOf(NEWLINE);
    const about = header.parse(JSON.parse(file.subarray(0, end).toString()));
    const body = file.subarray(end + 1);
    return { ...about, key, body, cut: body.length < about.bytes };
  }

  return {
    async park({ body, ...about }) {
      const key = parkedKey({ ...about, body });
      const parked = await keys();
      if (parked.includes(key)) return { key, kept: true };
      if (parked.length >= MOST_PARKED) return { key, kept: false };
      const line = JSON.stringify({ at: Date.now(), ...about, bytes: body.length } satisfies z.infer<typeof header>);
      await inbox.put(key, Buffer.concat([Buffer.from(line), Buffer.of(NEWLINE), body.subarray(0, MOST_BYTES)]));
      return { key, kept: true };
    },
    async list() {
      const messages = await Promise.all((await keys()).map(read));
      return messages.sort((a, b) => a.at - b.at);
    },
    drop: (key) => inbox.delete(inbox.refOf(key)),
  };
}
