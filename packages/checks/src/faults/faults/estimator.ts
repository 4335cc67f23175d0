import type { ServiceProcess } from '../../harness/suite/service-process.ts';
import type { Fault } from './fault.ts';
import { inMidPhoto } from './moments.ts';

/** Sends a signal to estimators while each has a photo in flight. */
function signalled(name: string, signal: NodeJS.Signals, which: (all: ServiceProcess[]) => ServiceProcess[]): Fault {
  return {
    name,
    moment: inMidPhoto,
    async strike({ suite }) {
      for (const estimator of which(suite.estimators)) estimator.signal(signal);
    },
  };
}

const first = (estimators: ServiceProcess[]) => estimators.slice(0, 1);
const all = (estimators: ServiceProcess[]) => estimators;

export const estimatorFaults: Fault[] = [
  signalled('an estimator is killed in mid-photo', 'SIGKILL', first),
  signalled('all estimators are killed in mid-photo', 'SIGKILL', all),
  signalled('an estimator gets SIGTERM', 'SIGTERM', first),
  signalled('all estimators get SIGTERM', 'SIGTERM', all),
];
