import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freePort } from '../src/free-port.ts';

const MANY = 600;

test('no port is given twice, neither here nor in another process, while it may be wanted', async () => {
  const module = JSON.stringify(new URL('../src/free-port.ts', import.meta.url).href);
  const script = `import { freePort } from ${module};
    for (let i = 0; i < ${MANY}; i++) console.log(await freePort());
    process.stdin.resume();`;
  const other = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const theirs: number[] = [];
  let heard = '';
  other.child.stdout!.setEncoding('utf8').on('data', (text) => {
    heard += text;
    theirs.splice(0, theirs.length, ...heard.split('\n').slice(0, -1).map(Number));
  });
  const ours: number[] = [];
  while (ours.length < MANY) ours.push(await freePort());
  await expect.poll(() => theirs.length).toBe(MANY);
  other.child.stdin!.end();
  await other;
  // Of so many ports taken at random, 20 would be the other's as well, and 10 would come twice.
  expect(new Set([...ours, ...theirs]).size).toBe(2 * MANY);
});
