import { connect, type Socket } from 'node:net';
import { type BackOff, backOffMs } from '@attrai/contracts/back-off';

export interface ConnectionEvents {
  /** The input can't be reached any more; it is being tried again. */
  lost(error: Error): void;
  /** Connected (again). */
  found(): void;
  /** The buffer is full: this message is lost. */
  dropped(): void;
  /** The buffer has room again, after so many messages found none. */
  caughtUp(dropped: number): void;
  /** Closed, with so many messages that never got out. */
  gaveUp(unsent: number): void;
}

export interface GelfConnection {
  /** Queues one GELF message (JSON, which has no null byte inside). Never throws, never waits; drops the message when the buffer is full. */
  send(message: string): void;
  /** Gives what is queued `limitMs` to get out, then hangs up. */
  close(limitMs: number): Promise<void>;
}

/** Enough for some 10,000 lines, and an outage of minutes. */
export const BUFFER_BYTES = 4 * 1024 * 1024;
const PAUSES: BackOff = [500, 30_000];
/** A connection that broke sooner counts as one more failure in a row. */
const STEADY_MS = 10_000;
/** A peer that takes no byte for so long is treated as gone. */
const STALL_MS = 30_000;
/** Below the 900 s after which Swarm's IPVS forgets a silent connection. */
const KEEPALIVE_MS = 60_000;

/**
 * One TCP connection to a GELF input, kept up with growing, jittered pauses between tries. A message leaves the buffer
 * when the kernel has taken it; one that was being written as the connection broke is sent again. It never keeps the
 * process alive, except while it closes.
 */
export function openGelfConnection(target: { host: string; port: number }, events: ConnectionEvents): GelfConnection {
  const queue: Buffer[] = [];
  let queuedBytes = 0;
  let dropped = 0;
  let failures = 0;
  let socket: Socket;
  let connected = false;
  let writing = false;
  let retry: NodeJS.Timeout | undefined;
  let onEmpty: (() => void) | undefined;
  let closed = false;

  function open(): void {
    let connectedAt = Number.POSITIVE_INFINITY;
    let reason = new Error('Graylog closed the connection');
    socket = connect(target);
    socket.unref();
    socket.setKeepAlive(true, KEEPALIVE_MS);
    // Nothing is expected, but an end from the other side shows only to those who read.
    socket.resume();
    socket.on('timeout', () => {
      if (!connected || writing) socket.destroy(new Error(`Graylog took nothing for ${STALL_MS / 1000} s`));
    });
    socket.setTimeout(STALL_MS);
    socket.on('error', (error) => {
      reason = error;
    });
    socket.once('connect', () => {
      connected = true;
      connectedAt = Date.now();
      events.found();
      writeNext();
    });
    socket.once('close', () => {
      const wasConnected = connected;
      connected = false;
      writing = false;
      if (closed) return;
      failures = Date.now() - connectedAt > STEADY_MS ? 1 : failures + 1;
      if (wasConnected || failures === 1) events.lost(reason);
      retry = setTimeout(open, backOffMs(PAUSES, failures)).unref();
    });
  }

  function writeNext(): void {
    const next = queue[0];
    if (next === undefined) onEmpty?.();
    if (next === undefined || !connected || writing) return;
    writing = true;
    socket.write(next, (error) => {
      // A connection that broke hands its message to the next one.
      if (error) return;
      writing = false;
      queue.shift();
      queuedBytes -= next.length;
      if (dropped > 0 && queuedBytes <= BUFFER_BYTES / 2) reportDropped();
      writeNext();
    });
  }

  /** Not at the first free byte: a reader that is always a little too slow would make every other line a report. */
  function reportDropped(): void {
    const missing = dropped;
    dropped = 0;
    events.caughtUp(missing);
  }

  open();

  return {
    send(message) {
      const bytes = Buffer.from(`${message}\0`);
      if (queuedBytes + bytes.length > BUFFER_BYTES) {
        dropped += 1;
        events.dropped();
        return;
      }
      queue.push(bytes);
      queuedBytes += bytes.length;
      writeNext();
    },

    async close(limitMs) {
      if (closed) return;
      if (queue.length > 0) {
        await new Promise<void>((resolve) => {
          const limit = setTimeout(resolve, limitMs);
          onEmpty = () => {
            clearTimeout(limit);
            resolve();
          };
        });
      }
      closed = true;
      clearTimeout(retry);
      if (connected && queue.length === 0) socket.end();
      else socket.destroy();
      if (queue.length + dropped > 0) events.gaveUp(queue.length + dropped);
    },
  };
}
