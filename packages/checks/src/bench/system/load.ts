import { setTimeout as sleep } from 'node:timers/promises';
import { LANGUAGES } from '@attrai/contracts/reply-to';
import { read } from '../../faults/run-fault.ts';
import type { Random } from '../../harness/random.ts';
import type { SandboxClient } from '../../harness/suite/sandbox-client.ts';

/** Users who send photos in turns; so many that none gets near what Telegram allows one chat. */
export interface Crowd {
  /** Has the next user send the next photo. */
  send(): Promise<void>;
  readonly sent: number;
  /** Every photo's way through, as Telegram saw it; `answeredAt` is undefined for those without an answer. */
  fates(): Promise<Fate[]>;
}

/** ms since the epoch */
export interface Fate {
  sentAt: number;
  answeredAt: number | undefined;
}

const USERS = 400;
let nextUser = 1_001;

export function gather(sandbox: SandboxClient, photos: Buffer[]): Crowd {
  const firstUser = nextUser;
  nextUser += USERS;
  let sent = 0;

  async function fatesIn(chatId: number): Promise<Fate[]> {
    const log = await sandbox.log(chatId);
    return log
      .filter(({ from }) => from === 'user')
      .map((photo) => {
        const answers = log.filter((entry) => entry.reply_to === photo.message_id && read(entry) !== 'progress');
        return { sentAt: photo.at, answeredAt: answers[0]?.at };
      });
  }

  return {
    async send() {
      const turn = sent++;
      const bytes = photos[turn % photos.length]!;
      await sandbox.send(firstUser + (turn % USERS), LANGUAGES[0], { as: 'photo', name: 'photo.jpg', bytes });
    },
    get sent() {
      return sent;
    },
    async fates() {
      const chats = Array.from({ length: Math.min(sent, USERS) }, (_, i) => firstUser + i);
      return (await Promise.all(chats.map(fatesIn))).flat();
    },
  };
}

/** Sends photos at random moments, as independent users do (a Poisson process), whatever becomes of those before. */
export async function sendAtRandom(crowd: Crowd, perSecond: number, seconds: number, random: Random): Promise<void> {
  const start = performance.now();
  const sending: Promise<void>[] = [];
  let at = 0;
  for (;;) {
    at += (-Math.log(1 - random.fraction()) / perSecond) * 1000;
    if (at > seconds * 1000) break;
    await sleep(Math.max(0, start + at - performance.now()));
    sending.push(crowd.send());
  }
  await Promise.all(sending);
}

/** Keeps so many photos in work until `signal` aborts. */
export async function keepBusy(
  crowd: Crowd,
  wanted: number,
  inWork: () => Promise<number>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const missing = wanted - (await inWork());
    for (let i = 0; i < missing; i++) await crowd.send();
    await sleep(LOOK_MS);
  }
}

const LOOK_MS = 200;
