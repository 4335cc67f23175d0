import { connect, type Socket } from 'node:net';
import { type BackOff, backOffMs } from '@attrai/contracts/back-off';

export interface ConnectionEvents {
  /** The input can't be reached any more; connecting is retried. */
  lost(error: Error): void;
  /** Connected (again). */
  found(): void;
  /** The buffer is full: this message is lost. */
  dropped(): void;
  /** The buffer has room again, after it was full for this many messages. */
  caughtUp(dropped: number): void;
  /** Closed, with this many messages that were never sent. */
  gaveUp(unsent: number): void;
}

/** Some 10,000 lines: an outage of minutes. */
export const BUFFER_BYTES = 4 * 1024 * 1024;
const PAUSES: BackOff = [500, 30_000];
/** A connection that broke sooner counts as one more failure in a row. */
const STEADY_MS = 10_000;
/** A peer that takes no byte for this long counts as lost. */
const STALL_MS = 30_000;
/** Below the 900 s after which Swarm's IPVS forgets a silent connection. */
const KEEPALIVE_MS = 60_000;

/**
 * One TCP connection to a GELF input, opened again with back-off. A message leaves the buffer when the kernel has taken it. One
 * that was being written when the connection broke is sent again. The connection keeps the process alive only while it closes.
 */
export class GelfConnection {
  #target: { host: string; port: number };
  #events: ConnectionEvents;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  #failures = 0;
  #socket: Socket;
  /** Milliseconds since the epoch; undefined while not connected. */
  #connectedAt: number | undefined;
  #writing = false;
  #retry: NodeJS.Timeout | undefined;
  #onEmpty: (() => void) | undefined;
  #closed = false;

  constructor(target: { host: string; port: number }, events: ConnectionEvents) {
    this.#target = target;
    this.#events = events;
    this.#socket = this.#open();
  }

  /** Queues one GELF message (JSON, which has no null byte). Never throws, never waits. Drops the message when the buffer is full. */
  send(message: string): void {
    const bytes = Buffer.from(`${message}\0`);
    if (this.#queuedBytes + bytes.length > BUFFER_BYTES) {
      this.#dropped += 1;
      this.#events.dropped();
      return;
    }
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#writeNext();
  }

  /** Waits until all queued messages are sent, for `limitMs` at most, then closes. */
  async close(limitMs: number): Promise<void> {
    if (this.#closed) return;
    if (this.#queue.length > 0) await this.#untilEmpty(limitMs);
    this.#closed = true;
    clearTimeout(this.#retry);
    if (this.#connectedAt !== undefined && this.#queue.length === 0) this.#socket.end();
    else this.#socket.destroy();
    const unsent = this.#queue.length + this.#dropped;
    if (unsent > 0) this.#events.gaveUp(unsent);
  }

  async #untilEmpty(limitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, limitMs);
      this.#onEmpty = () => {
        clearTimeout(limit);
        resolve();
      };
    });
  }

  #open(): Socket {
    let reason = new Error('Graylog closed the connection');
    const socket = connect(this.#target);
    socket.unref();
    socket.setKeepAlive(true, KEEPALIVE_MS);
    // Graylog sends nothing, but only a socket that is read notices its end.
    socket.resume();
    socket.on('timeout', () => {
      if (this.#connectedAt !== undefined && !this.#writing) return;
      socket.destroy(new Error(`Graylog took nothing for ${STALL_MS / 1000} s`));
    });
    socket.setTimeout(STALL_MS);
    socket.on('error', (error) => {
      reason = error;
    });
    socket.once('connect', () => {
      this.#connectedAt = Date.now();
      this.#events.found();
      this.#writeNext();
    });
    socket.once('close', () => this.#reopen(reason));
    return socket;
  }

  #reopen(reason: Error): void {
    const connectedAt = this.#connectedAt;
    this.#connectedAt = undefined;
    this.#writing = false;
    if (this.#closed) return;
    const wasSteady = connectedAt !== undefined && Date.now() - connectedAt > STEADY_MS;
    this.#failures = wasSteady ? 1 : this.#failures + 1;
    if (connectedAt !== undefined || this.#failures === 1) this.#events.lost(reason);
    this.#retry = setTimeout(
      () => {
        this.#socket = this.#open();
      },
      backOffMs(PAUSES, this.#failures),
    ).unref();
  }

  #writeNext(): void {
    const next = this.#queue[0];
    if (next === undefined) this.#onEmpty?.();
    if (next === undefined || this.#connectedAt === undefined || this.#writing) return;
    this.#writing = true;
    this.#socket.write(next, (error) => {
      // The next connection sends the message again.
      if (error) return;
      this.#writing = false;
      this.#queue.shift();
      this.#queuedBytes -= next.length;
      // Not at the first free byte: with a reader that is a little too slow, every other line would be such a report.
      if (this.#dropped > 0 && this.#queuedBytes <= BUFFER_BYTES / 2) this.#reportDropped();
      this.#writeNext();
    });
  }

  #reportDropped(): void {
    const missing = this.#dropped;
    this.#dropped = 0;
    this.#events.caughtUp(missing);
  }
}
