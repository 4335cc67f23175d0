import { createInProcessJobs } from '../src/jobs/in-process-jobs.ts';
import { createInProcessActiveRequests } from '../src/limits/in-process-active-requests.ts';
import { createInProcessRequestRate } from '../src/limits/request-rate.ts';
import { type Data, describeJobQueue, QUICK } from './job-queue.conformance.ts';
import { describeActiveRequests, describeRequestRate } from './limits.conformance.ts';

describeJobQueue('in process', async () => {
  const fatal: unknown[] = [];
  const queue = createInProcessJobs<Data>({ policy: QUICK, onFatal: (error) => fatal.push(error) });
  return { queue, fatal };
});

describeActiveRequests('in process', async () => createInProcessActiveRequests({ maxPerUser: 2 }));

describeRequestRate('in process', async (options) => createInProcessRequestRate(options));
