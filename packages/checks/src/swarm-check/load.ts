import { setTimeout as sleep } from 'node:timers/promises';
import { createReader } from '../harness/answers/contents.ts';
import { type Tally, tally } from '../harness/answers/tally.ts';
import { type Load, startLoad } from '../harness/load/load.ts';
import { makeSamples, type Sample } from '../harness/load/samples.ts';
import { connectSandbox, type SandboxClient } from '../harness/suite/sandbox-client.ts';

export interface Photos {
  /** Starts sending, `rate` photos a second; see `Load`. */
  send(photos: number, rate: number): Load;
  /** Sends so many photos at once that keep an estimator busy, more than Telegram's pace keeps the bot. */
  burst(photos: number): Promise<Load>;
  /** Waits until all of a load is sent and answered, or `limitMs` have passed since the last was sent, and counts. */
  answered(load: Load, limitMs?: number): Promise<Tally>;
}

/** As sandbox.yml sets them: nobody is turned away for sending much. */
const LIMITS = {
  maxPhotoBytes: 20_000_000,
  minPhotoSide: 64,
  maxActivePerUser: 100,
  requestsPerWindow: 100_000,
  windowSeconds: 600,
  deadlineSeconds: 600,
};
/** Enough that Telegram's pace of one message a second in a chat holds nothing up. */
const USERS = 20;

/** Users of the sandbox at `url`; each load has users of its own. */
export async function connectUsers(url: string): Promise<Photos> {
  const sandbox: SandboxClient = connectSandbox(url);
  const samples: Sample[] = await makeSamples();
  const read = createReader(LIMITS);
  let firstUser = 1_001;

  function send(photos: number, rate: number): Load {
    const load = startLoad({ sandbox, samples, photos, users: USERS, rate, firstUser });
    firstUser += USERS;
    return load;
  }

  return {
    send,
    async burst(photos) {
      const load = send(0, 1);
      await load.burst(photos, 'faces');
      return load;
    },
    async answered(load, limitMs = 120_000) {
      await load.done;
      const end = Date.now() + limitMs;
      for (;;) {
        const counted = await tally({ load, sandbox, read, unreachable: [] });
        if (counted.unanswered === 0 || Date.now() > end) return counted;
        await sleep(250);
      }
    },
  };
}
