import type { OnProgress } from '../harness/command/progress-line.ts';
import { makeSamples } from '../harness/load/samples.ts';
import { startSuite } from '../harness/suite/start-suite.ts';
import { clear, type Suite } from '../harness/suite/suite.ts';
import type { Fault } from './faults/fault.ts';
import { emptyRow, type Row } from './row.ts';
import { type RunOptions, runFault } from './run-fault.ts';

interface LanesOptions extends RunOptions {
  faults: Fault[];
  /** Suites that run side by side, since most of the time is waiting. */
  lanes: number;
  /** Folder for the logs of the services; without it they are deleted at the end. */
  logDir?: string | undefined;
  onProgress(lane: number, ...progress: Parameters<OnProgress>): void;
  onRow(row: Row): void;
  /** Disposing it ends everything that runs. */
  opened: AsyncDisposableStack;
}

/** Tries all faults; each lane takes the next one. Resolves to a row for each fault, in the order of `faults`. */
export async function runLanes(options: LanesOptions): Promise<Row[]> {
  const { faults, lanes, logDir, onProgress, onRow, opened } = options;
  const samples = await makeSamples();
  const left = [...faults];
  const rows = new Map<Fault, Row>();

  async function tryFault(fault: Fault, suite: Suite, say: OnProgress): Promise<Row> {
    try {
      return await runFault(fault, suite, samples, { ...options, onProgress: say });
    } catch (error) {
      return emptyRow(fault.name, { problems: [`could not be tried: ${(error as Error).message}`] });
    }
  }

  async function runLane(lane: number): Promise<void> {
    const say: OnProgress = (...progress) => onProgress(lane, ...progress);
    say('starting RabbitMQ, Redis, sandbox, bot and estimators');
    const suite = await startSuite(opened, { logDir: logDir && `${logDir}/lane-${lane}` });
    for (let fault = left.shift(); fault; fault = left.shift()) {
      const skipped = await fault.cannot?.();
      const row = skipped ? emptyRow(fault.name, { skipped }) : await tryFault(fault, suite, say);
      rows.set(fault, row);
      onRow(row);
      if (row.problems.length > 0) await clear(suite);
    }
  }

  await Promise.all(Array.from({ length: Math.min(lanes, faults.length) }, (_, i) => runLane(i + 1)));
  return faults.map((fault) => rows.get(fault)!);
}
