import { readCommandLine, UsageError } from '@attrai/contracts/command-line';

/** An option of a command. `read` gives undefined for a value that the option does not take. */
interface Option<Value> {
  missing: Value;
  takes: string;
  read(text: string): Value | undefined;
}

export function text<Missing>(missing: Missing): Option<string | Missing> {
  return { missing, takes: 'a value', read: (given) => given };
}

export function whole<Missing>(
  missing: Missing,
  { least = 1, most = Number.MAX_SAFE_INTEGER } = {},
): Option<number | Missing> {
  const range = most === Number.MAX_SAFE_INTEGER ? ` from ${least} up` : `, ${least} to ${most}`;
  const isIn = (number: number) => number >= least && number <= most;
  const read = (given: string) => (/^\d+$/.test(given) && isIn(Number(given)) ? Number(given) : undefined);
  return { missing, takes: `a whole number${range}`, read };
}

export function positive(missing: number): Option<number> {
  const read = (given: string) => (Number(given) > 0 && Number.isFinite(Number(given)) ? Number(given) : undefined);
  return { missing, takes: 'a number above 0', read };
}

export const flag: Option<boolean> = { missing: false, takes: '', read: () => true };

type Values<Options> = { [Name in keyof Options]: Options[Name] extends Option<infer Value> ? Value : never };

/**
 * Reads the options, and the paths where `paths` allows some, of a command line. --help and -h print the usage and end this
 * process with 0. Throws UsageError.
 */
export function readOptions<Options extends Record<string, Option<unknown>>>(
  usage: string,
  options: Options,
  { args = process.argv.slice(2), paths = false } = {},
): { values: Values<Options>; paths: string[] } {
  const types = Object.entries(options).map(([name, option]) => {
    return [name, { type: option === flag ? 'boolean' : 'string' }] as const;
  });
  const given = readCommandLine(usage, { args, allowPositionals: paths, options: Object.fromEntries(types) });
  if (given.values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const values = Object.entries(options).map(([name, { missing, takes, read }]) => {
    const text = given.values[name];
    const value = text === undefined ? missing : read(String(text));
    if (text !== undefined && value === undefined) throw new UsageError(`--${name} takes ${takes}.`, usage);
    return [name, value];
  });
  return { values: Object.fromEntries(values), paths: given.positionals };
}
