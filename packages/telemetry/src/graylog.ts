import gelfPro, { type Logger as GelfPro, type MessageCallback } from 'gelf-pro';
import { type ConnectionEvents, openGelfConnection } from './gelf-connection.ts';

/** pino's level names as syslog severities, which GELF wants. */
const SEVERITY: Record<string, number> = { fatal: 2, error: 3, warn: 4, info: 6, debug: 7, trace: 7 };

export interface Graylog {
  /** Takes one line of the logger; never throws, never waits. */
  write(line: string): void;
  close(limitMs: number): Promise<void>;
}

/**
 * Sends log lines to a GELF TCP input (`use_null_delimiter` must be on there) over one lasting connection.
 *
 * A line becomes: `short_message` its msg, `full_message` the stack of its error, `timestamp` and `level` as GELF has
 * them, and every other field with a leading underscore, nested ones flattened (`_err_code`).
 */
export function connectGraylog(url: string, events: ConnectionEvents): Graylog {
  const { hostname, port } = new URL(url);
  const connection = openGelfConnection(
    { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 12201) },
    events,
  );

  // gelf-pro is a module-wide object; deriving from it gives each logger an adapter of its own.
  const gelf: GelfPro & { adapter?: object } = Object.create(gelfPro);
  gelf.adapter = {
    send(message: string, sent: MessageCallback) {
      connection.send(message);
      sent();
    },
  };

  return {
    write(line) {
      const { level, time, msg, ...fields } = JSON.parse(line);
      const { stack, ...err } = fields.err ?? {};
      gelf.message(msg || err.message || 'no message', SEVERITY[level] ?? 6, {
        ...fields,
        ...(fields.err && { err }),
        ...(stack && { full_message: stack }),
        timestamp: Date.parse(time) / 1000,
      });
    },
    async close(limitMs) {
      // gelf-pro hands messages to its adapter one tick later.
      await new Promise((next) => setImmediate(next));
      await connection.close(limitMs);
    },
  };
}
