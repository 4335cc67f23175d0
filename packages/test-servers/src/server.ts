/** A server started for tests, on a port of its own. It keeps its URL and its data through stop, kill and start. */
export interface Server {
  readonly url: string;
  /** For messages: `docker rabbitmq:4.3` or the path of a binary. */
  readonly origin: string;
  /** The process that runs it, whose children belong to it; undefined while it doesn't run. */
  pid(): Promise<number | undefined>;
  /** Stops it in an orderly way. */
  stop(): Promise<void>;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on its data; resolves when it answers. */
  start(): Promise<void>;
  /** Runs a command line tool of the server beside it, as `rabbitmqctl`; resolves to its output. */
  run(tool: string, ...args: string[]): Promise<string>;
  /** Stops it and deletes its data. Happens by itself when this process ends. */
  [Symbol.asyncDispose](): Promise<void>;
}
