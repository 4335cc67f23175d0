import { writeSync } from 'node:fs';

// In place of src/fuzz/front-door.ts: its first photos show different faults, and it leaks.

const [, from, to] = process.argv.slice(2).map(Number) as [number, number, number];
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

for (let at = from; at < to; at++) {
  say({ at });
  if (at === 1) process.kill(process.pid, 'SIGSEGV');
  if (at === 2) process.exit(3);
  if (at === 3) process.kill(process.pid, 'SIGKILL');
  if (at === 4) say({ done: at, threw: 'Error: nobody thought of this' });
  else say({ done: at, kind: at === 5 ? 'failed' : 'no_face', ms: 1 });
  say({ rss: (100 + 10 * at) * 2 ** 20 });
}
