import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

// A process of its own that outlives the one that started the servers, even after SIGKILL. When its standard input closes,
// it ends the servers and deletes their folder.

const folder = process.argv[2]!;
const pids = new Set<number>();
const containers = new Set<string>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, subject] = line.split(' ');
  if (verb === 'watch') pids.add(Number(subject));
  if (verb === 'forget') pids.delete(Number(subject));
  if (verb === 'container') containers.add(subject!);
}

for (const pid of pids) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
for (const container of containers) spawnSync('docker', ['rm', '-f', '-v', container], { stdio: 'ignore' });
rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
