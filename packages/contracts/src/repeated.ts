/**
 * Runs a task every `everyMs`, for the first time after that long. While one run is under way, no other starts.
 * What the task throws is an uncaught error of the process.
 */
export class Repeated {
  #timer: NodeJS.Timeout;
  #underWay: Promise<void> | undefined;

  constructor(everyMs: number, task: () => void | Promise<void>) {
    this.#timer = setInterval(() => {
      this.#underWay ??= Promise.resolve(task()).finally(() => {
        this.#underWay = undefined;
      });
    }, everyMs);
  }

  /** Starts no further run, and waits for the one under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }
}
