import { MemoryJobQueue } from '../src/jobs/memory-job-queue.ts';
import { RequestRate } from '../src/limits/request-rate.ts';
import { type Data, describeJobQueue, QUICK } from './job-queue.conformance.ts';
import { describeRequestRate } from './request-rate.conformance.ts';

describeJobQueue('in memory', async () => {
  const fatal: unknown[] = [];
  const queue = new MemoryJobQueue<Data>({ policy: QUICK, onFatal: (error) => fatal.push(error) });
  return { queue, fatal };
});

describeRequestRate('in memory', async (options) => RequestRate.inMemory(options));
