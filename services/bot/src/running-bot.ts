import type { Consumer } from '@attrai/broker/broker';
import type { UpdateSource } from './telegram/update-source.ts';

export interface RunningParts {
  username: string;
  updates: UpdateSource;
  files: { readonly problem: string | undefined };
  results: Consumer;
  deadLetters: Consumer;
  /** Disposing it stops all parts that the bot has started, in their order. */
  started: AsyncDisposableStack;
}

/** A bot that was started. */
export class RunningBot {
  readonly username: string;
  #parts: RunningParts;

  constructor(parts: RunningParts) {
    this.username = parts.username;
    this.#parts = parts;
  }

  /** Whether updates, photos, results and dead letters can arrive; if not, why. */
  ready(): { ok: boolean; reasons: string[] } {
    const { updates, files, results, deadLetters } = this.#parts;
    const reasons = [
      ...[updates.problem(), files.problem].filter((problem) => problem !== undefined),
      ...(results.attached ? [] : ['not consuming after_estimate']),
      ...(deadLetters.attached ? [] : ['not consuming to_estimate.dead']),
    ];
    return { ok: reasons.length === 0, reasons };
  }

  /** False when it is stuck, and only a new process helps. */
  alive(): boolean {
    return this.#parts.updates.alive;
  }

  /** Confirms the updates that are done and finishes the work in hand. Closes the job queues, but nothing else that it was given. */
  stop(): Promise<void> {
    return this.#parts.started.disposeAsync();
  }
}
