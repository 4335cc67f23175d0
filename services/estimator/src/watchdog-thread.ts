import { rmSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { parentPort, workerData } from 'node:worker_threads';
import type { WatchdogThreadData } from './watchdog.ts';
import { WatchedPhoto } from './watched-photo.ts';

const TICK_MS = 100;
const STDOUT = 1;
const STDERR = 2;

const { service, graylogUrl, limitMs, folder, memory } = workerData as WatchdogThreadData;
const watched = new WatchedPhoto(memory);
let { turn } = watched;
let spentMs = 0;
let lastTick = performance.now();

const ticking = setInterval(() => {
  const now = performance.now();
  if (watched.turn !== turn) spentMs = 0;
  turn = watched.turn;
  // While the process is stopped or the machine sleeps, the photo is not worked on.
  spentMs += Math.min(now - lastTick, 2 * TICK_MS);
  lastTick = now;
  if (turn % 2 !== 0 && spentMs > limitMs) void endProcess(watched.requestId);
}, TICK_MS);

/** Must not wait for another thread: that may be the one that hangs. */
async function endProcess(requestId: string): Promise<void> {
  clearInterval(ticking);
  try {
    await sayWhy(requestId);
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}

async function sayWhy(requestId: string): Promise<void> {
  const seconds = limitMs / 1000;
  const message = `a photo took longer than ${seconds} s (PHOTO_TIMEOUT_SECONDS): this process is stuck and ends itself`;
  if (isatty(STDOUT)) {
    writeSync(STDERR, `\n${message}. Start it again, and leave that photo out.\n`);
    return;
  }
  // Loaded only now: a second logger takes as much memory as this thread.
  const { closeLogger, createLogger } = await import('@attrai/telemetry/logger');
  const logger = createLogger({ service, graylogUrl });
  logger.fatal({ requestId, limitMs }, message);
  await closeLogger(logger);
}

parentPort!.postMessage('watching');
