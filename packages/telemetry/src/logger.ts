import { type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { errorFields } from './error-fields.ts';
import { Graylog } from './graylog.ts';
import { redact } from './redact.ts';

/** Where a request is worked on, log through `logger.child({ requestId })`: the id is then in every line about it. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  service: string;
  /** The lowest level that is logged. Default `info`. */
  level?: string | undefined;
  /** GELF TCP input, like tcp://graylog:12201. */
  graylogUrl?: string | undefined;
  /** Called for each line that the buffer for Graylog had no room for. */
  onDropped?(): void;
  /** Where lines go instead of stdout. */
  destination?: { write(line: string): void };
}

const graylogOf = Symbol('graylog');

/**
 * Makes a logger that writes one JSON line per event: `level` (name), `time` (ISO 8601), `service`, `msg`, what the
 * caller adds, and errors as `err`. With a `graylogUrl` the same lines go to Graylog too; an outage of Graylog does not disturb the
 * caller. No line contains a bot token or the credentials of a URL.
 */
export function createLogger(options: LoggerOptions): Logger {
  const lines = options.destination ?? pino.destination({ fd: 1, sync: true });
  let graylog: Graylog | undefined;

  const logger: Logger & { [graylogOf]?: Graylog } = pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFields, error: errorFields, reason: errorFields },
      hooks: { streamWrite: redact },
    },
    {
      write(line: string) {
        lines.write(line);
        graylog?.write(line);
      },
    },
  );

  if (options.graylogUrl !== undefined) {
    graylog = new Graylog(options.graylogUrl, {
      lost: (error) => logger.warn({ err: error }, 'Graylog is out of reach; lines are kept for it, up to a limit'),
      found: () => logger.info('connected to Graylog'),
      dropped: () => options.onDropped?.(),
      caughtUp: (dropped) => logger.warn({ dropped }, 'Graylog did not keep up: lines were dropped'),
      gaveUp: (dropped) => logger.warn({ dropped }, 'lines that never reached Graylog'),
    });
    logger[graylogOf] = graylog;
  }
  return logger;
}

/** Sends the lines that still wait for Graylog, for `limitMs` at most, and disconnects. Call it last, before exit. */
export async function closeLogger(logger: Logger, limitMs = 2_000): Promise<void> {
  await (logger as { [graylogOf]?: Graylog })[graylogOf]?.close(limitMs);
}
