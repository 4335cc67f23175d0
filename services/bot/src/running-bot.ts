import type { Consumer } from '@attrai/broker/broker';
import type { SmallTalk } from './chat/small-talk.ts';
import type { JobQueue } from './jobs/job-queue.ts';
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
  results: Consumer;
  deadLetters: Consumer;
  jobs: Record<'intake' | 'replies', Pick<JobQueue<unknown>, 'close'>>;
  overdueWatch: OverdueWatch;
  ranking: AlbumRanking;
  progress: Progress;
  sweeper: Sweeper;
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

  /** Whether updates, results and dead letters can arrive; if not, why. */
  ready(): { ok: boolean; reasons: string[] } {
    const { updates, results, deadLetters } = this.#parts;
    const problem = updates.problem();
    const reasons = [
      ...(problem === undefined ? [] : [problem]),
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
    const { stop, updates, overdueWatch, ranking, results, deadLetters, jobs, progress, sweeper, smallTalk } =
      this.#parts;
    stop.abort();
    await updates.stop();
    overdueWatch.stop();
    ranking.stop();
    await Promise.all([results.stop(), deadLetters.stop(), jobs.intake.close()]);
    await jobs.replies.close();
    progress.stop();
    sweeper.stop();
    await smallTalk.finish();
  }
}
