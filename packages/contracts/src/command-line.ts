import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line makes no sense: the message (the problem, then the usage) goes to stderr, and the exit code is 2. */
export class UsageError extends Error {
  constructor(problem: string, usage: string, options?: ErrorOptions) {
    super(`${problem}\n\n${usage.trimEnd()}`, options);
  }
}

/**
 * Node's parseArgs, which always knows --help and -h too.
 *
 * @throws UsageError that says in its first line what is wrong, like "Unknown option --x."
 */
export function readCommandLine<const Config extends ParseArgsConfig>(usage: string, config: Config) {
  const help = { type: 'boolean', short: 'h', default: false } as const;
  try {
    return parseArgs({ ...config, options: { ...config.options, help } } as Config & {
      options: { help: typeof help };
    });
  } catch (error) {
    throw new UsageError(describe(error as NodeJS.ErrnoException), usage, { cause: error });
  }
}

function describe({ code, message }: NodeJS.ErrnoException): string {
  const option = /'(-[^' ]+)/.exec(message)?.[1];
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `Unknown option ${option}.`;
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && /missing|ambiguous/.test(message)) {
    return `${option} takes a value.`;
  }
  // Its first sentence; then comes advice on `--`.
  return message.split(/\.? (?=To |Did |This )|\n/)[0]!;
}
