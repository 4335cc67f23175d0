import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { limitsOf, limitVariables } from '@attrai/bot/config';
import { PHOTO_STORE } from '@attrai/config/common-variables';
import { z } from 'zod';
import { createReader } from '../harness/answers/contents.ts';
import { type Tally, tally } from '../harness/answers/tally.ts';
import type { OnProgress } from '../harness/command/progress-line.ts';
import { startLoad } from '../harness/load/load.ts';
import type { Sample } from '../harness/load/samples.ts';
import { LIMITS, type Suite } from '../harness/suite/suite.ts';
import type { Fault, Stage } from './faults/fault.ts';

export interface RunOptions {
  photos: number;
  users: number;
  rate: number;
  /** How long an outage lasts, ms. */
  outageMs: number;
  /** When the suite isn't quiet so long after the last photo was sent, it won't be, ms. */
  quietWithinMs: number;
}

/** What remains when all is over; nothing should. */
export interface Left {
  files: number;
  slots: number;
  jobs: number;
  messages: number;
}

export interface Row extends Tally, Left {
  fault: string;
  /** Photos in work when it struck. */
  hit: number;
  seconds: number;
  /** The promises that were broken, in words. */
  problems: string[];
  /** Some of what broke them, for developers. */
  details: string[];
  /** Why the fault wasn't tried. */
  skipped?: string;
}

/** A row without figures: of a fault that could not be tried. */
export function emptyRow(fault: string, why: { skipped: string } | { problems: string[] }): Row {
  const counted = { sent: 0, refused: 0, once: 0, twice: 0, unanswered: 0, unreachable: 0, sorry: 0, stray: 0 };
  const left = { files: 0, slots: 0, jobs: 0, messages: 0 };
  return { fault, hit: 0, ...counted, broken: [], ...left, seconds: 0, problems: [], details: [], ...why };
}

export const read = createReader(limitsOf(z.object({ ...limitVariables, PHOTO_STORE }).parse(LIMITS)));
/** The share of photos that are sent when the fault strikes. */
const STRIKE_AT = 0.3;
const LOOK_EVERY_MS = 500;
const MOST_DETAILS = 8;
let nextUser = 1_001;

/** Sends photos, breaks something meanwhile, waits until all is quiet and counts. */
export async function runFault(
  fault: Fault,
  suite: Suite,
  samples: Sample[],
  options: RunOptions,
  onProgress: OnProgress,
): Promise<Row> {
  try {
    // The fault before may have started some anew: they would start in what is prepared.
    await suite.untilReady();
    await fault.prepare?.(suite);
    await suite.untilReady();
    return await runPrepared(fault, suite, samples, options, onProgress);
  } finally {
    await suite.sandbox.clearFaults();
    await fault.restore?.(suite);
  }
}

async function runPrepared(
  fault: Fault,
  suite: Suite,
  samples: Sample[],
  options: RunOptions,
  onProgress: OnProgress,
): Promise<Row> {
  const start = Date.now();

  const firstUser = nextUser;
  nextUser += options.users;
  const load = startLoad({ sandbox: suite.sandbox, samples, firstUser, ...options });
  const count = () => {
    return tally({ load, sandbox: suite.sandbox, read, unreachable: fault.unreachable?.(load) ?? [] });
  };
  const inWork = async () => (await count()).unanswered;
  const stage: Stage = { suite, load, outageMs: options.outageMs, inWork };

  await load.until(STRIKE_AT);
  onProgress(fault.name, `${load.sent.length} photos sent`);
  const hit = await fault.strike(stage);
  await load.done;
  const { counted, left, inTime } = await untilQuiet(suite, count, options.quietWithinMs, (line) =>
    onProgress(fault.name, line),
  );

  const leftFiles = (await suite.files()).map((file) => `left: ${basename(file)}`);
  const details = [...counted.broken.slice(0, MOST_DETAILS), ...leftFiles.slice(0, MOST_DETAILS)];
  const problems = [
    ...(hit === 0 ? ['hit nothing'] : []),
    ...(inTime ? [] : [`not quiet within ${options.quietWithinMs / 1000} s`]),
    ...brokenPromises(counted, left),
    ...((await fault.check?.(stage, counted)) ?? []),
  ];
  const seconds = Math.round((Date.now() - start) / 1000);
  return { fault: fault.name, hit, ...counted, ...left, seconds, problems, details };
}

/** Waits until every photo is answered and nothing is left, at the longest for `limitMs`. */
async function untilQuiet(
  suite: Suite,
  count: () => Promise<Tally>,
  limitMs: number,
  onProgress: (line: string) => void,
): Promise<{ counted: Tally; left: Left; inTime: boolean }> {
  const end = Date.now() + limitMs;
  for (;;) {
    const counted = await count();
    const left = await whatIsLeft(suite, false);
    const sum = left.files + left.slots + left.jobs + left.messages;
    const { sent, unanswered } = counted;
    onProgress(`${sent - unanswered} of ${sent} answered; left: ${describe(left)}`);
    const inTime = Date.now() < end;
    if ((unanswered === 0 && sum === 0) || !inTime) {
      // Those in work are counted by a slow command, and RabbitMQ brings its figures up to date every 5 s.
      const messages = await settled(() => suite.queues.messages({ inWork: true }), 12);
      return { counted: await count(), left: { ...(await whatIsLeft(suite, false)), messages }, inTime };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function whatIsLeft({ files, bookkeeping, queues }: Suite, inWork: boolean): Promise<Left> {
  const names = await files();
  const kept = await bookkeeping.count();
  return { files: names.length, ...kept, messages: await queues.messages({ inWork }) };
}

async function settled(count: () => Promise<number>, tries: number): Promise<number> {
  const counted = await count();
  if (counted === 0 || tries <= 1) return counted;
  await sleep(1_000);
  return settled(count, tries - 1);
}

function brokenPromises({ unanswered, twice }: Tally, left: Left): string[] {
  return [
    ...(unanswered > 0 ? [`${unanswered} unanswered`] : []),
    ...(twice > 0 ? [`${twice} answered twice`] : []),
    ...Object.entries(left).flatMap(([what, count]) => (count > 0 ? [`${count} ${what} left`] : [])),
  ];
}

function describe(left: Left): string {
  return Object.entries(left)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
