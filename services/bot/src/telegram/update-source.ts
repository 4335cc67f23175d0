/** Brings the updates of Telegram: polling, or a webhook. */
export interface UpdateSource {
  /** Why updates may not be coming now; undefined if they can. */
  problem(): string | undefined;
  /** False when it is stuck in a way that only a new process mends. */
  readonly alive: boolean;
  /** Takes no further updates and waits for those in work. */
  stop(): Promise<void>;
}

/** Before it is there. */
export const NO_UPDATES: UpdateSource = { alive: true, problem: () => undefined, stop: async () => {} };
