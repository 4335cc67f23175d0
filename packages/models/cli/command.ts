import type { ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { readCommandLine, UsageError } from '@attrai/contracts/command-line';

export type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options }>
>['values'];

/** A command that reads its options and runs, or prints its usage for --help. */
export function command<const Options extends ParseArgsOptionsConfig>(
  usage: string,
  options: Options,
  run: (values: Values<Options>) => Promise<void>,
): (args: string[]) => Promise<void> {
  return async (args) => {
    const { values } = readCommandLine(usage, { args, options });
    if ((values as { help?: boolean }).help) process.stdout.write(usage);
    else await run(values as Values<Options>);
  };
}

/** @throws UsageError that names the first of these options that is missing */
export function requireOptions<Name extends string>(
  values: { [name in Name]?: string | undefined },
  names: readonly Name[],
  usage: string,
): Record<Name, string> {
  for (const name of names) if (!values[name]) throw new UsageError(`--${name} is missing.`, usage);
  return values as Record<Name, string>;
}

/** @throws UsageError unless the option is a whole number from `least` */
export function wholeNumber(option: string, text: string, least: number, usage: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least) return number;
  throw new UsageError(`${option} takes a whole number from ${least}.`, usage);
}
