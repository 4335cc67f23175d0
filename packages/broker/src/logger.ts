type Log = (fields: object, message: string) => void;

/** The part of a pino logger that a broker uses. */
export interface Logger {
  info: Log;
  warn: Log;
  error: Log;
}

export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
