/** Brings the updates of Telegram: polling, or a webhook. */
export interface UpdateSource {
  /** Why no updates may come now; undefined if they can. */
  problem(): string | undefined;
  /** False when it is stuck, and only a new process helps. */
  readonly alive: boolean;
  /** Takes no further updates and waits for those in work. */
  stop(): Promise<void>;
}
