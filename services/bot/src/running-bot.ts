import type { Consumer } from '@attrai/broker/broker';
import type { SmallTalk } from './chat/small-talk.ts';
import type { Refusals } from './intake/refusals.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import type { Placeholders } from './progress/placeholders.ts';
import type { Progress } from './progress/progress.ts';
import type { AlbumRanking } from './replies/album-ranking.ts';
import type { OverdueWatch } from './replies/overdue-watch.ts';
import type { Sweeper } from './replies/sweep.ts';
import type { UpdateSource } from './telegram/update-source.ts';

export interface RunningParts {
  username: string;
  /** Aborted when the bot stops. */
  stop: AbortController;
  updates: UpdateSource;
  files: { readonly problem: string | undefined };
  results: Consumer;
  deadLetters: Consumer;
  jobs: Record<'intake' | 'replies', Pick<JobQueue<unknown>, 'close'>>;
  overdueWatch: OverdueWatch;
  ranking: AlbumRanking;
  placeholders: Placeholders;
  progress: Progress;
  sweeper: Sweeper;
  refusals: Refusals;
  smallTalk: SmallTalk;
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

  /** False when it is stuck in a way that only a new process mends. */
  alive(): boolean {
    return this.#parts.updates.alive;
  }

  /** Confirms the updates that are through, finishes the work in hand. Closes the job queues, but no other part. */
  async stop(): Promise<void> {
    const { stop, updates, results, deadLetters, jobs, refusals, smallTalk } = this.#parts;
    const { overdueWatch, placeholders, progress, ranking, sweeper } = this.#parts;
    stop.abort();
    await updates.stop();
    await overdueWatch.stop();
    ranking.stop();
    await Promise.all([results.stop(), deadLetters.stop(), jobs.intake.close(), placeholders.stop()]);
    await jobs.replies.close();
    await Promise.all([progress.stop(), sweeper.stop()]);
    refusals.sayAll();
    await smallTalk.finish();
  }
}
