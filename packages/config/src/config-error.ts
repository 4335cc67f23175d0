import { FatalError } from '@attrai/contracts/errors';

/** The process can't start. The message has a line for each bad variable, without secrets. */
export class ConfigError extends FatalError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('bad_config', `The configuration can't be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}
