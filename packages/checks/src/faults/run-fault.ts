import { basename } from 'node:path';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { type Tally, tally } from '../harness/answers/tally.ts';
import type { OnProgress } from '../harness/command/progress-line.ts';
import { Crowd } from '../harness/load/crowd.ts';
import { sendSteadily } from '../harness/load/paces.ts';
import type { Sample } from '../harness/load/samples.ts';
import { type Suite, untilReady } from '../harness/suite/suite.ts';
import type { Fault, Stage } from './faults/fault.ts';
import { inFullWork } from './faults/moments.ts';
import type { Left, Row } from './row.ts';
import { untilQuiet } from './until-quiet.ts';

export interface RunOptions {
  photos: number;
  users: number;
  /** Photos a second. */
  rate: number;
  /** How long an outage lasts, ms. */
  outageMs: number;
  /** The most time until everything is answered after the last photo, ms. */
  quietWithinMs: number;
}

/** Share of the photos that are sent before the fault strikes. */
const STRIKE_AT = 0.3;
const MOST_DETAILS = 8;

/** Sends photos, breaks something meanwhile, waits until everything is quiet, and counts. */
export async function runFault(
  fault: Fault,
  suite: Suite,
  samples: Sample[],
  options: RunOptions & { onProgress: OnProgress },
): Promise<Row> {
  const { onProgress } = options;
  try {
    // Services that the last fault ended must have started again.
    await untilReady(suite);
    await fault.prepare?.(suite);
    await untilReady(suite);

    const start = Date.now();
    const { photos, users, rate, outageMs, quietWithinMs } = options;
    const crowd = new Crowd(suite.sandbox, samples, users);
    const unreachable = fault.unreachable?.(crowd);
    const count = async () => tally(await crowd.fates(), unreachable);
    const stage: Stage = { suite, crowd, outageMs, inWork: async () => (await count()).unanswered };

    const sending = sendSteadily(crowd, photos, rate);
    sending.catch(() => {}); // Awaited below.
    await waitUntil('the photos are not sent', () => crowd.sent.length >= photos * STRIKE_AT, 600_000);
    onProgress(fault.name, `${crowd.sent.length} photos sent`);
    const hit = await (fault.moment?.(stage) ?? inFullWork(stage));
    await fault.strike?.(stage);
    await sending;
    const { counted, left, inTime } = await untilQuiet(suite, count, quietWithinMs, (line) =>
      onProgress(fault.name, line),
    );

    const leftFiles = (await suite.files.ofPhotos()).map((file) => `left: ${basename(file)}`);
    const details = [...counted.broken.slice(0, MOST_DETAILS), ...leftFiles.slice(0, MOST_DETAILS)];
    const problems = [
      ...(hit === 0 ? ['hit nothing'] : []),
      ...(inTime ? [] : [`not quiet within ${quietWithinMs / 1000} s`]),
      ...brokenPromises(counted, left),
      ...((await fault.check?.(stage, counted)) ?? []),
    ];
    const seconds = Math.round((Date.now() - start) / 1000);
    return { fault: fault.name, hit, ...counted, ...left, seconds, problems, details };
  } finally {
    await suite.sandbox.clearFaults();
    await fault.restore?.(suite);
  }
}

function brokenPromises({ unanswered, twice }: Tally, left: Left): string[] {
  return [
    ...(unanswered > 0 ? [`${unanswered} unanswered`] : []),
    ...(twice > 0 ? [`${twice} answered twice`] : []),
    ...Object.entries(left).flatMap(([what, count]) => (count > 0 ? [`${count} ${what} left`] : [])),
  ];
}
