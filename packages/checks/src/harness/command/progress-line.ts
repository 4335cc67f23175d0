/** Shows on stderr what a command is doing: a terminal has one line that changes, a file gets a line for each new step. */
export class ProgressLine {
  readonly #said = new Set<string>();

  /** Shows `detail` on a terminal only. */
  readonly show = (step: string, detail?: string): void => {
    if (process.stderr.isTTY) {
      const line = detail === undefined ? step : `${step}: ${detail}`;
      process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    } else if (!this.#said.has(step)) {
      this.#said.add(step);
      process.stderr.write(`${step}\n`);
    }
  };

  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

export type OnProgress = ProgressLine['show'];
