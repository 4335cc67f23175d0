import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TO_ESTIMATE } from '@attrai/contracts/queues';
import { waitUntil } from '@attrai/test-servers/wait-until';
import type { Fault } from './fault.ts';
import { inFullWork } from './moments.ts';

const run = promisify(execFile);
const FRAGILE = fileURLToPath(new URL('../stand-ins/fragile-estimator.ts', import.meta.url));
const DEADLY_PHOTOS = 2;
/** Size of the photo store that becomes full, bytes. */
const SMALL_STORE = 4 * 2 ** 20;

async function unmount(folder: string): Promise<void> {
  await run('umount', ['--lazy', folder]);
}

export const photoFaults: Fault[] = [
  {
    name: 'photos that kill their estimator every time',
    async prepare({ estimators }) {
      await Promise.all(estimators.map((estimator) => estimator.changeTo({ entry: FRAGILE })));
    },
    async moment(stage) {
      await stage.crowd.burst(DEADLY_PHOTOS, 'deadly');
      return inFullWork(stage);
    },
    async check(_stage, { sorry }) {
      return sorry === DEADLY_PHOTOS ? [] : [`${sorry} users, not ${DEADLY_PHOTOS}, were told that it failed`];
    },
    async restore({ estimators }) {
      await Promise.all(estimators.map((estimator) => estimator.changeTo()));
    },
  },
  {
    name: 'the photo store is full',
    async cannot() {
      return process.getuid?.() === 0 ? undefined : 'only root may mount a small photo store';
    },
    async prepare({ opened, files: { photoDir } }) {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_STORE},mode=700`, 'attrai-faults', photoDir]);
      opened.defer(() => unmount(photoDir).catch(() => {})); // Usually it is unmounted already.
    },
    async strike({ suite, outageMs }) {
      const filler = join(suite.files.photoDir, '.filler');
      await writeFile(filler, Buffer.alloc(SMALL_STORE)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error;
      });
      await sleep(outageMs);
      await rm(filler);
    },
    restore: ({ files }) => unmount(files.photoDir),
  },
  {
    name: 'photos vanish from the store',
    async moment(stage) {
      // Or no photo might wait in the store.
      for (const estimator of stage.suite.estimators) estimator.signal('SIGSTOP');
      return inFullWork(stage);
    },
    async strike({ suite }) {
      await waitUntil('no photo waits', async () => (await suite.queues.depth(TO_ESTIMATE)) > 3, 20_000);
      for (const file of (await suite.files.ofPhotos()).slice(0, 4)) await rm(file, { force: true });
      for (const estimator of suite.estimators) estimator.signal('SIGCONT');
    },
    async check(_stage, { sorry }) {
      return sorry > 0 ? [] : ['no user was told that a photo is lost'];
    },
    async restore({ estimators }) {
      for (const estimator of estimators) estimator.signal('SIGCONT');
    },
  },
];
