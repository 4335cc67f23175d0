import { Crowd } from '../harness/load/crowd.ts';
import { sendSteadily } from '../harness/load/paces.ts';
import { makeSamples, type Sample } from '../harness/load/samples.ts';
import { SandboxClient } from '../harness/suite/sandbox-client.ts';

/** Enough that Telegram's limit of one message a second in a chat delays nothing. */
const USERS = 20;

/** Sends photos as users of the stack's sandbox, each time as other users. */
export class Photos {
  readonly #sandbox: SandboxClient;
  readonly #samples: readonly Sample[];

  private constructor(sandbox: SandboxClient, samples: readonly Sample[]) {
    this.#sandbox = sandbox;
    this.#samples = samples;
  }

  static async to(url: string): Promise<Photos> {
    return new Photos(new SandboxClient(url), await makeSamples());
  }

  /** Sends so many photos at even intervals. */
  async send(photos: number, perSecond: number): Promise<Crowd> {
    const crowd = new Crowd(this.#sandbox, this.#samples, USERS);
    await sendSteadily(crowd, photos, perSecond);
    return crowd;
  }

  async burst(photos: number): Promise<Crowd> {
    const crowd = new Crowd(this.#sandbox, this.#samples, USERS);
    await crowd.burst(photos, 'faces');
    return crowd;
  }
}
