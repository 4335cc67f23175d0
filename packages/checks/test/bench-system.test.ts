import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelsDir } from '@attrai/vision/test/paths';
import { expect, onTestFinished, test } from 'vitest';
import { figures } from '../src/bench/system/figures.ts';
import { judge } from '../src/bench/system/report.ts';
import { percentiles } from '../src/bench/system/speed.ts';
import { cpuOf, cpuOfMainThreads } from '../src/bench/system/usage.ts';

const BENCH = fileURLToPath(new URL('../src/bench/bench.ts', import.meta.url));

/** Runs `pnpm bench system` with its own folder for temporary files. */
function startBench(...args: string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'attrai-bench-test-'));
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, MODELS_DIR: modelsDir, TMPDIR: dir };
  const child = spawn(process.execPath, [BENCH, 'system', ...args, '--out', join(dir, 'out', 'b.md')], { env });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const file = (name: string) => readFileSync(join(dir, 'out', name), 'utf8');
  return { child, dir, file, ended: once(child, 'exit'), said: () => said };
}

/** Processes with the folder in their environment or command line. */
function processesOf(dir: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return ['environ', 'cmdline'].some((what) => readFileSync(`/proc/${pid}/${what}`, 'latin1').includes(dir));
    } catch {
      return false;
    }
  });
}

/** For a busy machine. */
const PATIENCE = { timeout: 60_000 };
/** The shortest measurements. */
const LEAST = ['--estimators', '1', '--seconds', '0.5', '--rounds', '1', '--queue', '20'];

// Takes some 15 s on an idle machine.
test('pnpm bench system measures all parts, judges all goals and leaves nothing behind', async () => {
  const bench = startBench(...LEAST);
  const [code] = await bench.ended;
  expect([0, 1], bench.said()).toContain(code);

  const found = figures.parse(JSON.parse(bench.file('b.json')));
  for (const { photos, photosPerSecond, cpuMs } of found.load) {
    expect(photos).toBeGreaterThan(0);
    expect(photosPerSecond).toBeGreaterThan(0);
    for (const part of ['pipeline', 'bot', 'rabbitmq', 'sandbox'] as const)
      expect(cpuMs[part], part).toBeGreaterThan(0);
  }
  for (const { unanswered, percentiles: waits } of found.latency) {
    expect(unanswered).toBe(0);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  }
  expect(found.queue.map(({ waiting }) => waiting)).toEqual([10, 20]);
  expect(found.bot).toMatchObject({ unanswered: 0, twice: 0 });
  expect(found.bot!.photosPerSecond).toBeGreaterThan(0);
  expect(found.peakMb.estimator).toBeGreaterThan(found.peakMb.bot);

  const page = bench.file('b.md');
  expect(page.match(/\| (reached|\*\*not reached\*\*) \|/g)).toHaveLength(judge(found).length);
  for (const which of ['cpu', 'latency', 'queue']) {
    expect(page).toContain(`src="b-${which}.svg"`);
    expect(bench.file(`b-${which}.svg`)).toMatch(/^<svg [\s\S]+<\/svg>\n$/);
  }
  await expect.poll(() => processesOf(bench.dir), PATIENCE).toEqual([]);
  await expect.poll(() => readdirSync(bench.dir), PATIENCE).toEqual(['out']);
}, 300_000);

test('Ctrl-C ends all processes of pnpm bench system', async () => {
  const bench = startBench(...LEAST);
  await expect.poll(bench.said, PATIENCE).toContain('starting RabbitMQ');
  await expect.poll(() => processesOf(bench.dir).length, PATIENCE).toBeGreaterThan(3);
  bench.child.kill('SIGINT');
  expect(await bench.ended).toEqual([130, null]);
  await expect.poll(() => processesOf(bench.dir), PATIENCE).toEqual([]);
  await expect.poll(() => readdirSync(bench.dir), PATIENCE).toEqual([]);
}, 300_000);

test('cpuOf counts a process and its children, also ended ones', async () => {
  const burn = 'const end = performance.now() + 150; while (performance.now() < end);';
  const code = `const { spawnSync } = require('child_process');
    for (;;) spawnSync(process.execPath, ['--eval', ${JSON.stringify(burn)}]);`;
  const child = spawn(process.execPath, ['--eval', code], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const used = async () => (await cpuOf({ it: [child.pid] })).it;
  const before = await used();
  await expect.poll(used, PATIENCE).toBeGreaterThan(before + 300);
  expect((await cpuOf({ gone: [undefined] })).gone).toBeNaN();
});

test('cpuOfMainThreads does not count other threads', async () => {
  const code = `const { Worker } = require('worker_threads');
    const used = () => { const { user, system } = process.cpuUsage(); return user + system; };
    while (used() < 400_000);
    new Worker('for (;;);', { eval: true });`;
  const child = spawn(process.execPath, ['--eval', code], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const others = async () => (await cpuOf({ it: [child.pid] })).it - (await cpuOfMainThreads([child.pid]));
  await expect.poll(others, PATIENCE).toBeGreaterThan(1_000);
  const main = await cpuOfMainThreads([child.pid]);
  expect(main).toBeGreaterThan(200);
  expect(main).toBeLessThan(900);
  expect(await cpuOfMainThreads([undefined])).toBeNaN();
});

test('percentiles are taken by nearest rank', () => {
  const waits = percentiles(Array.from({ length: 200 }, (_, i) => 200 - i));
  expect([waits[0], waits[50], waits[95], waits[99], waits[100]]).toEqual([1, 100, 190, 198, 200]);
  expect(percentiles([])[50]).toBe(0);
});
