import gelfPro, { type Logger as GelfPro, type MessageCallback } from 'gelf-pro';
import { type ConnectionEvents, GelfConnection } from './gelf-connection.ts';

/** pino's level names as syslog severities, which GELF wants. */
const SEVERITY: Record<string, number> = { fatal: 2, error: 3, warn: 4, info: 6, debug: 7, trace: 7 };

/**
 * Sends log lines to a GELF TCP input (with `use_null_delimiter` on) over one lasting connection.
 *
 * A line becomes: `short_message` its msg, `full_message` the stack of its error, `timestamp` and `level` as GELF has
 * them, and every other field with a leading underscore, nested ones flattened (`_err_code`).
 */
export class Graylog {
  #connection: GelfConnection;
  /** gelf-pro is a module-wide object. One that derives from it has an adapter of its own. */
  #gelf: GelfPro & { adapter?: object } = Object.create(gelfPro);

  /** @param url like tcp://graylog:12201 */
  constructor(url: string, events: ConnectionEvents) {
    const { hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    this.#connection = new GelfConnection({ host, port: Number(port || 12201) }, events);
    this.#gelf.adapter = {
      send: (message: string, sent: MessageCallback) => {
        this.#connection.send(message);
        sent();
      },
    };
  }

  /** Takes one line of the logger. Never throws, never waits. */
  write(line: string): void {
    const { level, time, msg, ...fields } = JSON.parse(line);
    const { stack, ...err } = fields.err ?? {};
    this.#gelf.message(msg || err.message || 'no message', SEVERITY[level] ?? 6, {
      ...fields,
      ...(fields.err && { err }),
      ...(stack && { full_message: stack }),
      timestamp: Date.parse(time) / 1000,
    });
  }

  async close(limitMs: number): Promise<void> {
    // gelf-pro gives messages to its adapter one tick later.
    await new Promise((next) => setImmediate(next));
    await this.#connection.close(limitMs);
  }
}
