/**
 * Shows on stderr what a command is doing: on a terminal in one line that is overwritten, otherwise in a line for each new step.
 */
export class ProgressLine {
  readonly #said = new Set<string>();

  /** `detail` changes within a step; it is shown on a terminal only. */
  readonly show = (step: string, detail?: string): void => {
    if (process.stderr.isTTY) {
      const line = detail === undefined ? step : `${step}: ${detail}`;
      process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    } else if (!this.#said.has(step)) {
      this.#said.add(step);
      process.stderr.write(`${step}\n`);
    }
  };

  /** Removes the line from a terminal before other output. */
  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

/** Called with what the work is doing; see `ProgressLine.show`. */
export type OnProgress = (step: string, detail?: string) => void;
