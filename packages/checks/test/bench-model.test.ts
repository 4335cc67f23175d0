import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type StackFile, withDefaults, yaml } from '@attrai/deploy/test/stack-file';
import { describe, expect, onTestFinished, test } from 'vitest';
import { probabilityOfWaiting, waitInQueue } from '../src/bench/model/erlang.ts';
import { plan, STACK_CPUS } from '../src/bench/model/plan.ts';
import { type Figures, figures } from '../src/bench/system/figures.ts';
import { judge, report } from '../src/bench/system/report.ts';

const BENCH = fileURLToPath(new URL('../src/bench/bench.ts', import.meta.url));
const run = promisify(execFile);

const load = (estimators: number): Figures['load'][number] => ({
  estimators,
  apart: estimators < 2,
  photosPerSecond: 20 * estimators,
  shares: [0.5, 0.91, 0.92],
  photos: 400,
  cpuMs: { pipeline: 40, messaging: 3, bot: 5, rabbitmq: 2, redis: 1, sandbox: 5 },
  calls: 2.2,
});
const queueAt = (waiting: number, bot: number): Figures['queue'][number] => ({
  waiting,
  photos: 200,
  accept: { bot, rabbitmq: 1, redis: 1 },
  answer: { bot: 2, messaging: 2, rabbitmq: 1, redis: 1 },
});
const BOT = { photos: 900, photosPerSecond: 30, cpuMs: 5, unanswered: 0, twice: 0 };
const FIGURES: Figures = figures.parse({
  v: 1,
  date: '2026-01-02',
  machine: ['A processor, 2 cores, 8 GB', 'Node 24'],
  cores: 2,
  loadBefore: 0.1,
  photos: { count: 3, from: 'somewhere' },
  seconds: 20,
  plain: [1, 2].map((processes) => ({ processes, photosPerSecond: 22 * processes, cpuMs: 40 })),
  load: [load(1), load(2)],
  latency: [],
  queue: [queueAt(10, 2), queueAt(10_000, 2)],
  bot: BOT,
  peakMb: { bot: 140, estimator: 300 },
} satisfies Figures);

describe("Erlang's C formula", () => {
  // Values of tables in D. Gross et al., Fundamentals of Queueing Theory, and L. Kleinrock, Queueing Systems I.
  test.each([
    [1, 0.7, 0.7],
    [2, 1, 1 / 3],
    [5, 4, 0.5541],
    [10, 8, 0.4092],
    [100, 90, 0.2169],
  ])('agrees with tables for %i servers and %d erlang', (servers, erlang, expected) => {
    expect(probabilityOfWaiting(servers, erlang)).toBeCloseTo(expected, 4);
  });

  test('gives 0 without load, and 1 with too much', () => {
    expect(probabilityOfWaiting(3, 0)).toBe(0);
    expect(probabilityOfWaiting(3, 3)).toBe(1);
    expect(waitInQueue(3, 30, 10).mean).toBe(Number.POSITIVE_INFINITY);
  });

  test('gives the waits of M/M/1: mean rho / (mu - lambda), exponential tail', () => {
    const { mean, p95 } = waitInQueue(1, 8, 10);
    expect(mean).toBeCloseTo(0.8 / 2, 10);
    expect(0.8 * Math.exp(-(10 - 8) * p95)).toBeCloseTo(0.05, 10);
    expect(waitInQueue(10, 1, 10).p95).toBe(0);
  });
});

describe('a plan', () => {
  const limitOf = (nodes: number, cores: number, replicas: number) =>
    plan(FIGURES, { nodes, cores, replicas }, 1).lowest;

  test('names the estimators, the processors or the bot, whichever ends first', () => {
    expect(limitOf(1, 2, 1)).toMatchObject({ what: 'estimators', photosPerSecond: 20 });
    expect(limitOf(100, 2, 200)).toMatchObject({ what: 'bot', photosPerSecond: 200 });
    const slow: Figures = { ...FIGURES, load: [{ ...load(1), photosPerSecond: 5 }, load(2)] };
    const ofSlow = plan(slow, { nodes: 1, cores: 2, replicas: 2 }, 1);
    expect(ofSlow.lowest).toMatchObject({ what: 'estimators', photosPerSecond: 10 });
    const small = { ...load(1), cpuMs: { ...load(1).cpuMs, pipeline: 189 } };
    const weak: Figures = { ...FIGURES, load: [small, load(2)] };
    // 200 ms a photo on one core.
    const ofWeak = plan(weak, { nodes: 1, cores: 1, replicas: 8 }, 1);
    expect(ofWeak.lowest).toMatchObject({ what: 'processors', photosPerSecond: 5 });
  });

  test('limits an estimator to the CPU of its container', () => {
    const fast: Figures = { ...FIGURES, load: [{ ...load(1), photosPerSecond: 30 }, load(2)] };
    const [estimators] = plan(fast, { nodes: 4, cores: 2, replicas: 2 }, 1).limits;
    expect(estimators!.photosPerSecond).toBeCloseTo(2 * (1000 / 43), 10);
  });

  test('lets estimators share the cores if there are fewer cores', () => {
    const wait = (replicas: number) => plan(FIGURES, { nodes: 1, cores: 1, replicas }, 15).wait.mean;
    expect(wait(8)).toBeGreaterThan(0.01);
    expect(plan(FIGURES, { nodes: 8, cores: 1, replicas: 8 }, 15).wait.mean).toBeLessThan(wait(8));
  });

  test('uses the CPUs of docker-stack.yml', () => {
    const { services } = yaml<StackFile>('docker-stack.yml');
    const cpusOf = (name: string) => Number(withDefaults(services[name]!.deploy.resources.limits.cpus));
    const given = Object.keys(STACK_CPUS).map((name) => [name, cpusOf(name)]);
    expect(Object.fromEntries(given)).toEqual(STACK_CPUS);
  });

  test('lists the limit of each part', () => {
    const { limits } = plan(FIGURES, { nodes: 4, cores: 2, replicas: 8 }, 1);
    const rounded = Object.fromEntries(limits.map(({ what, photosPerSecond }) => [what, Math.round(photosPerSecond)]));
    expect(rounded).toEqual({ estimators: 160, processors: 157, bot: 200, RabbitMQ: 500, Redis: 500 });
  });
});

test('pnpm bench model prints limits and waits, and exits with 1 if the load is too high', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'attrai-model-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'figures.json');
  writeFileSync(file, JSON.stringify(FIGURES));
  const model = (...args: string[]) => run(process.execPath, [BENCH, 'model', '--figures', file, ...args]);

  const { stdout } = await model('--nodes', '3', '--cores', '2', '--photos-per-day', '86400', '--peak', '2');
  expect(stdout).toContain('6 estimators on 3 × 2 cores');
  expect(stdout).toContain('86,400 photos a day are 2.00 photos/s');
  expect(stdout).toMatch(/^ +processors +117\.6 photos\/s .*<- the limit$/m);
  await expect(model('--photos-per-day', '9000000')).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('the queue grows'),
  });
  await expect(model('--nodes', '0')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--nodes') });
  writeFileSync(file, JSON.stringify({ ...FIGURES, v: 2 }));
  await expect(model()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('pnpm bench system') });
});

test('each goal is missed by its own figure', () => {
  expect(judge(FIGURES).every(({ ok }) => ok)).toBe(true);
  const worse: [Partial<Figures>, RegExp][] = [
    [{ load: [load(1), { ...load(2), cpuMs: { ...load(2).cpuMs, bot: 7.5 } }] }, /^CPU outside/],
    [{ load: [{ ...load(1), shares: [0.89, 0.92, 0.7] }, load(2)] }, /by the clock/],
    [
      { load: [load(1), { ...load(2), cpuMs: { ...load(2).cpuMs, messaging: 4.8, bot: 5 } }] },
      /by the estimator's CPU/,
    ],
    [{ peakMb: { bot: 140, estimator: 351 } }, /^estimator/],
    [{ peakMb: { bot: 151, estimator: 300 } }, /^bot/],
    [{ queue: [queueAt(10, 2), queueAt(10_000, 5)] }, /10 → 10,000/],
    [{ bot: { ...BOT, photosPerSecond: 29 } }, /one bot answers/],
    [{ bot: { ...BOT, unanswered: 1 } }, /one bot answers/],
    [{ bot: { ...BOT, twice: 1 } }, /one bot answers/],
  ];
  for (const [change, goal] of worse) {
    const missed = judge({ ...FIGURES, ...change }).filter(({ ok }) => !ok);
    expect(missed).toEqual([expect.objectContaining({ goal: expect.stringMatching(goal) })]);
  }
  expect(report({ ...FIGURES, ...worse[3]![0] }, 'x', 'x').match(/\*\*not reached\*\*/g)).toHaveLength(1);
});
