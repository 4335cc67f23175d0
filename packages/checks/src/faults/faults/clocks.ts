import { fileURLToPath } from 'node:url';
import type { ServiceProcess } from '../../harness/suite/service-process.ts';
import type { Suite } from '../../harness/suite/suite.ts';
import type { Fault } from './fault.ts';

const SHIFTED_CLOCK = fileURLToPath(new URL('../stand-ins/shifted-clock.ts', import.meta.url));
const FIVE_MINUTES_MS = 5 * 60_000;

function clockOff(of: string, processOf: (suite: Suite) => ServiceProcess, ms: number): Fault {
  return {
    name: `the clock of ${of} is 5 minutes ${ms > 0 ? 'fast' : 'slow'}`,
    prepare: (suite) => processOf(suite).changeTo({ preload: SHIFTED_CLOCK, env: { CLOCK_SHIFT_MS: String(ms) } }),
    restore: (suite) => processOf(suite).changeTo(),
  };
}

const bot = (suite: Suite) => suite.bot;
const estimator = (suite: Suite) => suite.estimators[0]!;

export const clockFaults: Fault[] = [
  clockOff('the bot', bot, FIVE_MINUTES_MS),
  clockOff('the bot', bot, -FIVE_MINUTES_MS),
  clockOff('an estimator', estimator, FIVE_MINUTES_MS),
  clockOff('an estimator', estimator, -FIVE_MINUTES_MS),
];
