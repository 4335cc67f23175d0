import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { draw } from '../src/soak/draw.ts';
import { judge } from '../src/soak/judge.ts';
import { type Memory, MemoryWatch } from '../src/soak/watch-memory.ts';

const MB = 1_000_000;
const LENGTH_MS = 600_000;

/** Samples of each second, with `mb` megabytes. */
function memoryOf(mb: (second: number) => number): Memory {
  const samples = Array.from({ length: LENGTH_MS / 1000 }, (_, s) => ({ atMs: s * 1000, rss: mb(s) * MB }));
  return new Map([['bot', samples]]);
}

const isOk = (memory: Memory) => judge(memory, LENGTH_MS)[0]!.ok;

test('memory that grows only in the warm-up passes', () => {
  expect(isOk(memoryOf((s) => (s < 100 ? 50 + s : 150) + (s % 7)))).toBe(true);
});

test.each([
  ['a leak of a megabyte in 20 s', (s: number) => 150 + s / 20],
  ['a step late in the run', (s: number) => (s < 500 ? 150 : 170)],
])('%s does not pass', (_, mb) => {
  expect(isOk(memoryOf(mb))).toBe(false);
});

test('the sandbox may grow, but not end', () => {
  const growing = memoryOf((s) => 150 + s / 20).get('bot')!;
  expect(judge(new Map([['sandbox', growing]]), LENGTH_MS)[0]).toMatchObject({ keeps: true, ok: true });
  expect(judge(new Map([['sandbox', growing.slice(0, 400)]]), LENGTH_MS)[0]!.ok).toBe(false);
});

test('a process that ended does not pass', () => {
  const flat = memoryOf(() => 150).get('bot')!;
  expect(judge(new Map([['bot', flat.slice(0, 400)]]), LENGTH_MS)[0]).toMatchObject({ to: undefined, ok: false });
});

test('the watch sees the memory of another process grow', async () => {
  const code = 'const kept = []; setInterval(() => kept.push(Buffer.alloc(5_000_000, 1)), 50)';
  const child = spawn(process.execPath, ['--eval', code], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const processes = [
    { name: 'leaking', pid: child.pid },
    { name: 'gone', pid: undefined },
  ];
  const watch = new MemoryWatch(processes, 50);
  const seen = watch.memory.get('leaking')!;
  await expect.poll(() => seen.length).toBeGreaterThan(10);
  const before = seen.at(-1)!.rss;
  await expect.poll(() => seen.at(-1)!.rss).toBeGreaterThan(before + 50 * MB);
  await watch.stop();
  const { length } = seen;
  await sleep(200);
  expect(seen).toHaveLength(length);
  expect(watch.memory.get('gone')).toEqual([]);
});

test('the picture has a line for each process, with its name and growth', () => {
  const flat = memoryOf(() => 150).get('bot')!;
  const memory = new Map([
    ['bot', flat],
    ['<estimator>', memoryOf((s) => 150 + s / 10).get('bot')!],
  ]);
  const growths = judge(memory, LENGTH_MS);
  const svg = draw({ title: 'flat & good', notes: ['here', 'now'], memory, growths, lengthMs: LENGTH_MS });
  expect(svg.match(/<polyline /g)).toHaveLength(2);
  expect(svg).toContain('flat &amp; good');
  expect(svg).toContain('&lt;estimator&gt;');
  expect(svg).toMatch(/150 → 150 MB, \+0\.0 %</);
  expect(svg).toMatch(/\+2\d\.\d %: too much</);
});
