import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';

const fixture = fileURLToPath(new URL('fixtures/service.ts', import.meta.url));
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Starts the fixture, waits until it logs 'started'. */
async function start(...args: string[]) {
  const child = spawn(process.execPath, [fixture, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'exit').then(([code]) => ({ code, lines: output }));
  while (!output.includes('started') && child.exitCode === null) await new Promise((next) => setTimeout(next, 10));
  const logged = async (text: string) => {
    while (!output.includes(text)) await new Promise((next) => setTimeout(next, 10));
  };
  return { child, exited, logged };
}

describe('Shutdown', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('stops at %s and exits with 0', async (signal) => {
    const { child, exited } = await start('clean');
    child.kill(signal);
    const { code, lines } = await exited;
    expect(code).toBe(0);
    expect(lines).toContain('stop was called');
  });

  test('takes two signals at once, as from a terminal and from pnpm, for one', async () => {
    const { child, exited } = await start('hangs', '2000');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    const { lines } = await exited;
    expect(lines).not.toContain('told twice');
  });

  test('exits with 1 at a second signal', async () => {
    const { child, exited, logged } = await start('hangs');
    child.kill('SIGINT');
    await logged('stopping');
    const again = setInterval(() => child.kill('SIGINT'), 300);
    const { code, lines } = await exited;
    clearInterval(again);
    expect(code).toBe(1);
    expect(lines).toContain('told twice');
  });

  test('exits with 1 when stopping takes longer than its grace', async () => {
    const { child, exited } = await start('hangs', '100');
    child.kill('SIGTERM');
    const { code, lines } = await exited;
    expect(code).toBe(1);
    expect(lines).toContain('giving up');
  });

  test('says nothing of parts of a start that fail because it is undone', async () => {
    const { child, exited } = await start('undone');
    child.kill('SIGINT');
    const { code, lines } = await exited;
    expect(code).toBe(0);
    expect(lines).toContain('stop was called');
    expect(lines).not.toMatch(/"level":"(warn|error|fatal)"/);
  });

  test('exits with 1 when stopping fails', async () => {
    const { child, exited } = await start('throws');
    child.kill('SIGTERM');
    expect((await exited).code).toBe(1);
  });

  test.each(['fatal', 'crashes'])('logs what broke the process, stops and exits with 1 (%s)', async (behaviour) => {
    const { exited } = await start(behaviour);
    const { code, lines } = await exited;
    expect(code).toBe(1);
    expect(lines).toContain('"level":"fatal"');
    expect(lines).toContain('stop was called');
  });
});
