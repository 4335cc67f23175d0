import { setTimeout as sleep } from 'node:timers/promises';
import { LANGUAGES, type Language } from '@attrai/contracts/reply-to';
import { waitUntil } from '@attrai/test-servers/wait-until';
import type { SandboxClient } from '../suite/sandbox-client.ts';
import type { Sample, SampleKind } from './samples.ts';

/** A photo that a user sent. */
export interface Sent {
  chatId: number;
  messageId: number;
  language: Language;
  kind: SampleKind;
}

export interface Load {
  readonly sent: readonly Sent[];
  readonly chats: readonly number[];
  /** Waits until this share (0 to 1) of all photos is sent. */
  until(share: number): Promise<void>;
  /** Has users send so many photos of a kind at once, on top of the stream. */
  burst(count: number, kind: SampleKind): Promise<void>;
  /** Resolves when the last photo is sent. */
  readonly done: Promise<void>;
}

export interface LoadSpec {
  sandbox: SandboxClient;
  samples: Sample[];
  photos: number;
  users: number;
  /** Photos a second, of all users. */
  rate: number;
  /** The first of the users' ids, which follow each other. */
  firstUser: number;
}

/** Of ten photos in the stream. */
const MIX: SampleKind[] = ['face', 'face', 'faces', 'face', 'empty', 'face', 'face', 'face', 'broken', 'face'];

/** Users who take turns in sending photos, at a steady pace. */
export function startLoad({ sandbox, samples, photos, users, rate, firstUser }: LoadSpec): Load {
  const sent: Sent[] = [];
  const chats = Array.from({ length: users }, (_, i) => firstUser + i);
  let turns = 0;

  async function send(kind: SampleKind): Promise<void> {
    const turn = turns++;
    const chatId = chats[turn % users]!;
    const language = LANGUAGES[chatId % LANGUAGES.length]!;
    const ofKind = samples.filter((sample) => sample.kind === kind);
    const messageId = await sandbox.send(chatId, language, ofKind[turn % ofKind.length]!);
    sent.push({ chatId, messageId, language, kind });
  }

  async function stream(): Promise<void> {
    const start = Date.now();
    for (let i = 0; i < photos; i++) {
      await sleep(Math.max(0, start + (i * 1000) / rate - Date.now()));
      await send(MIX[i % MIX.length]!);
    }
  }

  const done = stream();
  done.catch(() => {}); // Whoever waits for it hears of it.

  return {
    sent,
    chats,
    until: (share) => waitUntil('the photos are not sent', () => sent.length >= photos * share, 600_000),
    async burst(count, kind) {
      await Promise.all(Array.from({ length: count }, () => send(kind)));
    },
    done,
  };
}
