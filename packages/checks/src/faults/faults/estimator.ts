import type { Fault } from './fault.ts';
import { inMidPhoto } from './moments.ts';

export const estimatorFaults: Fault[] = [
  {
    name: 'an estimator is killed in mid-photo',
    async strike(stage) {
      const hit = await inMidPhoto(stage);
      stage.suite.estimators[0]!.signal('SIGKILL');
      return hit;
    },
  },
  {
    name: 'all estimators are killed in mid-photo',
    async strike(stage) {
      const hit = await inMidPhoto(stage);
      for (const estimator of stage.suite.estimators) estimator.signal('SIGKILL');
      return hit;
    },
  },
  {
    name: 'an estimator gets SIGTERM',
    async strike(stage) {
      const hit = await inMidPhoto(stage);
      stage.suite.estimators[0]!.signal('SIGTERM');
      return hit;
    },
  },
  {
    name: 'all estimators get SIGTERM',
    async strike(stage) {
      const hit = await inMidPhoto(stage);
      for (const estimator of stage.suite.estimators) estimator.signal('SIGTERM');
      return hit;
    },
  },
];
