import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AS_IN_CONTAINERS } from '../../harness/as-in-containers.ts';
import type { PlainSpeed } from './figures.ts';

interface PlainOptions {
  /** As estimators get them. */
  photos: Buffer[];
  modelsDir: string;
  processes: number;
  seconds: number;
  /** Disposing it ends the processes early. */
  opened: AsyncDisposableStack;
}

/** Measures the pipeline without a queue, in several processes at once, each with one photo at a time. */
export async function measurePipeline(options: PlainOptions): Promise<PlainSpeed> {
  const { photos, modelsDir, processes, seconds, opened } = options;
  const folder = await mkdtemp(join(tmpdir(), 'attrai-bench-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  for (const [i, photo] of photos.entries()) await writeFile(join(folder, `${i}.jpg`), photo);

  const script = fileURLToPath(new URL('plain-pipeline.ts', import.meta.url));
  const env = { ...process.env, ...AS_IN_CONTAINERS };
  const children = Array.from({ length: processes }, () => {
    const child = fork(script, [folder, modelsDir, String(seconds)], { env, detached: true });
    opened.defer(() => void child.kill('SIGKILL'));
    return child;
  });
  const next = async (child: (typeof children)[number]) => {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The pipeline ended early.')));
    const [message] = await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => {});
    return message;
  };
  await Promise.all(children.map(next));
  const results = children.map(next);
  for (const child of children) child.send('go');
  const done = (await Promise.all(results)) as { photos: number; cpuMs: number; clockMs: number }[];
  await rm(folder, { recursive: true, force: true });

  const total = done.reduce((sum, one) => sum + one.photos, 0);
  return {
    processes,
    photosPerSecond: done.reduce((sum, one) => sum + (1000 * one.photos) / one.clockMs, 0),
    cpuMs: done.reduce((sum, one) => sum + one.cpuMs, 0) / total,
  };
}
