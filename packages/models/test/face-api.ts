import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** The answers of face-api itself for square pictures, RGB: their embeddings, or their ages in years. */
export async function faceApi<Answer>(net: 'embedding' | 'age', pictures: readonly Uint8Array[]): Promise<Answer[]> {
  const workerData = { net, pictures };
  const worker = new Worker(new URL('./face-api-worker.ts', import.meta.url), { workerData, execArgv: [] });
  const [answers] = (await once(worker, 'message')) as [Answer[]];
  await worker.terminate();
  return answers;
}
