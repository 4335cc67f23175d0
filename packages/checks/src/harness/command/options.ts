import type { ParseArgsConfig } from 'node:util';
import { readCommandLine, UsageError } from '@attrai/contracts/command-line';

/**
 * Options and arguments of a command, as `readCommandLine` gives them. --help and -h print the usage and end this process
 * with 0. Throws UsageError.
 */
export function readOptions<const Config extends ParseArgsConfig>(usage: string, config: Config) {
  const parsed = readCommandLine(usage, config);
  if ((parsed.values as { help?: boolean }).help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  return parsed;
}

/** The whole number that an option was given. Throws UsageError, with `usage`, unless it is one from `least` to `most`. */
export function wholeNumber(
  usage: string,
  option: string,
  text: string,
  { least = 1, most = Number.MAX_SAFE_INTEGER } = {},
): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? ` from ${least} up` : `, ${least} to ${most}`;
  throw new UsageError(`${option} takes a whole number${range}.`, usage);
}

/** The number that an option was given. Throws UsageError, with `usage`, unless it is above 0. */
export function positiveNumber(usage: string, option: string, text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new UsageError(`${option} takes a number above 0.`, usage);
}
