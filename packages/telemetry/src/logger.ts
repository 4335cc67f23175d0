import { type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { errorFields } from './error-fields.ts';
import { connectGraylog, type Graylog } from './graylog.ts';
import { redact } from './redact.ts';

/** Log through `logger.child({ requestId })` where a photo is worked on: its id follows it through every log. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  service: string;
  /** The least level that is logged; `info` by default. */
  level?: string | undefined;
  /** GELF TCP input, like tcp://graylog:12201. */
  graylogUrl?: string | undefined;
  /** Told of each line that found no room in the buffer for Graylog. */
  onDropped?(): void;
  /** Where lines go instead of stdout. */
  destination?: { write(line: string): void };
}

const graylogOf = Symbol('graylog');

/**
 * Makes a logger that writes one JSON line an event: `level` (name), `time` (ISO 8601), `service`, `msg`, what the
 * caller adds, and errors as `err`. With a `graylogUrl` the same lines go to Graylog too, and nothing that happens to
 * Graylog disturbs the caller. No line ever holds a bot token or the credentials of a URL.
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
    graylog = connectGraylog(options.graylogUrl, {
      lost: (error) => logger.warn({ err: error }, 'Graylog is out of reach; lines are kept for it, up to a limit'),
      found: () => logger.info('connected to Graylog'),
      dropped: () => options.onDropped?.(),
      caughtUp: (dropped) => logger.warn({ dropped }, 'Graylog did not keep up: so many lines were dropped'),
      gaveUp: (dropped) => logger.warn({ dropped }, 'lines that never reached Graylog'),
    });
    logger[graylogOf] = graylog;
  }
  return logger;
}

/** Sends what still waits for Graylog, for `limitMs` at the longest, and disconnects. Call it last, before exit. */
export async function closeLogger(logger: Logger, limitMs = 2_000): Promise<void> {
  await (logger as { [graylogOf]?: Graylog })[graylogOf]?.close(limitMs);
}
