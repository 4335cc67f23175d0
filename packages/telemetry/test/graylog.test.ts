import { createServer, type Server, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { freePort } from '@attrai/test-servers/free-port';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BUFFER_BYTES } from '../src/gelf-connection.ts';
import { closeLogger, createLogger, type Logger } from '../src/logger.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

type Gelf = Record<string, unknown>;

/** A GELF TCP input: collects null-delimited messages; can be deaf, and can go and come back. */
async function startInput(knownPort?: number) {
  const port = knownPort ?? (await freePort());
  const messages: Gelf[] = [];
  const sockets: Socket[] = [];
  let deaf = false;
  let slow = false;
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    let rest = '';
    if (deaf) socket.pause();
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (chunk) => {
      const parts = (rest + chunk).split('\0');
      rest = parts.pop()!;
      messages.push(...parts.map((part) => JSON.parse(part)));
      if (!slow) return;
      socket.pause();
      setTimeout(() => socket.resume(), 2);
    });
    if (deaf) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const input = {
    port,
    messages,
    sockets,
    saying: (text: string) => messages.filter((message) => String(message.short_message).includes(text)),
    goDeaf() {
      deaf = true;
    },
    /** Takes a piece now and then. */
    readSlowly() {
      slow = true;
    },
    hearAgain() {
      deaf = false;
      for (const socket of sockets) socket.resume();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  cleanups.push(input.stop);
  return input;
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function createTestLogger(port: number): { logger: Logger; lines: string[]; dropped: () => number } {
  const lines: string[] = [];
  let dropped = 0;
  const logger = createLogger({
    service: 'test',
    graylogUrl: `tcp://127.0.0.1:${port}`,
    onDropped: () => {
      dropped += 1;
    },
    destination: { write: (line) => void lines.push(line) },
  });
  cleanups.push(() => closeLogger(logger, 0));
  return { logger, lines, dropped: () => dropped };
}

/** What the log says was dropped, all reports together. */
function reportedIn(lines: string[]): number {
  const reports = lines.filter((line) => line.includes('did not keep up')).map((line) => JSON.parse(line).dropped);
  return reports.reduce((sum, dropped) => sum + dropped, 0);
}

const soon = { timeout: 20_000, interval: 20 };

describe('logs to Graylog', () => {
  test('arrive as GELF 1.1 with severity, time, stack and flattened fields', async () => {
    const input = await startInput();
    const { logger } = createTestLogger(input.port);
    logger
      .child({ requestId: 'abcdefgh12345678' })
      .error({ err: new Error('no luck'), faces: 3, ms: { total: 12.5 } }, 'failed');
    await vi.waitFor(() => expect(input.saying('failed')).toHaveLength(1), soon);
    expect(input.saying('failed')[0]).toMatchObject({
      version: '1.1',
      host: hostname(),
      short_message: 'failed',
      full_message: expect.stringContaining('graylog.test.ts'),
      level: 3,
      _service: 'test',
      _requestId: 'abcdefgh12345678',
      _faces: 3,
      _ms_total: 12.5,
      _err_message: 'no luck',
      _err_grade: 'retryable',
    });
    expect(Math.abs(Number(input.saying('failed')[0]!.timestamp) - Date.now() / 1000)).toBeLessThan(60);
  });

  test('carry no secret and no stray delimiter', async () => {
    const input = await startInput();
    const { logger } = createTestLogger(input.port);
    logger.info('a\0b 8123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1');
    await vi.waitFor(() => expect(input.saying('redacted')).toHaveLength(1), soon);
    expect(JSON.stringify(input.messages)).not.toContain('AAHdq');
  });

  test('share one connection, in order', async () => {
    const input = await startInput();
    const { logger } = createTestLogger(input.port);
    for (let i = 0; i < 500; i++) logger.info(`line ${i}`);
    await vi.waitFor(() => expect(input.saying('line')).toHaveLength(500), soon);
    expect(input.saying('line').map((message) => message.short_message)).toEqual(
      Array.from({ length: 500 }, (_, i) => `line ${i}`),
    );
    expect(input.sockets).toHaveLength(1);
  });

  test('wait for a Graylog that is gone and arrive when it is back', async () => {
    const first = await startInput();
    const { logger, lines } = createTestLogger(first.port);
    logger.info('before');
    await vi.waitFor(() => expect(first.saying('before')).toHaveLength(1), soon);
    await first.stop();
    await vi.waitFor(() => expect(lines.join()).toContain('out of reach'), soon);
    for (let i = 0; i < 100; i++) logger.info(`during ${i}`);
    const second = await startInput(first.port);
    await vi.waitFor(() => expect(second.saying('during')).toHaveLength(100), soon);
    expect(lines.filter((line) => line.includes('during'))).toHaveLength(100);
  });

  test('are dropped, counted and never in the way when a deaf Graylog fills the buffer', async () => {
    const input = await startInput();
    input.goDeaf();
    const { logger, lines, dropped } = createTestLogger(input.port);
    await vi.waitFor(() => expect(input.sockets).toHaveLength(1), soon);
    const padding = 'x'.repeat(10_000);
    for (let i = 0; i < 3_000; i++) logger.info({ padding }, `line ${i}`);
    expect(lines.filter((line) => line.includes('"line '))).toHaveLength(3_000);
    await new Promise((next) => setImmediate(next));
    expect(dropped()).toBeGreaterThan(1_000);

    for (const socket of input.sockets) socket.destroy();
    input.hearAgain();
    await vi.waitFor(() => expect(reportedIn(lines)).toBe(dropped()), soon);
    logger.info('after it');
    await vi.waitFor(() => expect(input.saying('after it')).toHaveLength(1), soon);
    // The others got out, but for those the kernel had taken for the broken connection.
    expect(input.saying('line ').length).toBeGreaterThan(0);
    expect(input.saying('line ').length).toBeLessThanOrEqual(3_000 - dropped());
  });

  test('hold a bounded number of bytes, however much is logged to a deaf Graylog', async () => {
    const input = await startInput();
    input.goDeaf();
    const { logger, dropped } = createTestLogger(input.port);
    await vi.waitFor(() => expect(input.sockets).toHaveLength(1), soon);
    const padding = 'x'.repeat(100_000);
    const held: number[] = [];
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 50; i++) logger.info({ padding }, 'line');
      await new Promise((next) => setImmediate(next));
      gc();
      held.push(process.memoryUsage().arrayBuffers - before);
    }
    // 60 MB were logged; the kernel takes some, too.
    expect(dropped()).toBeGreaterThan(200);
    expect(Math.max(...held)).toBeLessThan(1.5 * BUFFER_BYTES);
  });

  test('are dropped and counted, and the count is logged, though a slow Graylog never hangs up', async () => {
    const input = await startInput();
    input.readSlowly();
    const { logger, lines, dropped } = createTestLogger(input.port);
    await vi.waitFor(() => expect(input.sockets).toHaveLength(1), soon);
    const padding = 'x'.repeat(10_000);
    const sent = 2_000;
    for (let i = 0; i < sent; i++) logger.info({ padding }, `line ${i}`);
    await vi.waitFor(() => expect(dropped()).toBeGreaterThan(500), soon);
    await vi.waitFor(() => expect(input.saying('line ').length + dropped()).toBe(sent), soon);
    expect(input.sockets).toHaveLength(1);
    expect(reportedIn(lines)).toBe(dropped());
    // Graylog is told, too.
    await vi.waitFor(() => expect(input.saying('did not keep up').length).toBeGreaterThan(0), soon);
  });

  test('are flushed by closeLogger, which waits for a Graylog that is just coming up', async () => {
    const first = await startInput();
    await first.stop();
    const { logger } = createTestLogger(first.port);
    logger.info('last words');
    const closed = closeLogger(logger, 20_000);
    const second = await startInput(first.port);
    await closed;
    await vi.waitFor(() => expect(second.saying('last words')).toHaveLength(1), soon);
  });

  test('do not hold up closeLogger beyond its limit when Graylog is gone, and the loss is logged', async () => {
    const input = await startInput();
    await input.stop();
    const { logger, lines } = createTestLogger(input.port);
    logger.info('last words');
    await closeLogger(logger, 50);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ level: 'warn', dropped: expect.any(Number) });
    expect(JSON.parse(lines.at(-1)!).dropped).toBeGreaterThan(0);
  });
});
