import { Crowd } from '../harness/load/crowd.ts';
import { sendSteadily } from '../harness/load/paces.ts';
import { makeSamples, type Sample } from '../harness/load/samples.ts';
import { SandboxClient } from '../harness/suite/sandbox-client.ts';

/** So many that Telegram's pace of one message a second in a chat holds nothing up. */
const USERS = 20;

/** Photos that users of the stack's sandbox send; each time, they are other users. */
export class Photos {
  readonly #sandbox: SandboxClient;
  readonly #samples: readonly Sample[];

  private constructor(sandbox: SandboxClient, samples: readonly Sample[]) {
    this.#sandbox = sandbox;
    this.#samples = samples;
  }

  /** For the sandbox at `url`. */
  static async to(url: string): Promise<Photos> {
    return new Photos(new SandboxClient(url), await makeSamples());
  }

  /** Has photos sent, `perSecond` of them. Resolves to their senders when the last is sent. */
  async send(photos: number, perSecond: number): Promise<Crowd> {
    const crowd = new Crowd(this.#sandbox, this.#samples, USERS);
    await sendSteadily(crowd, photos, perSecond);
    return crowd;
  }

  /** Has photos sent at once that keep an estimator busy. Resolves to their senders when the last is sent. */
  async burst(photos: number): Promise<Crowd> {
    const crowd = new Crowd(this.#sandbox, this.#samples, USERS);
    await crowd.burst(photos, 'faces');
    return crowd;
  }
}
