/**
 * Says on stderr what a command is doing: on a terminal in one line that is written over, elsewhere (as in a log) in a
 * line for each step, the first time it comes.
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

  /** Takes the line off a terminal, so that something else can be written. */
  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

/** How a piece of work tells what it is doing; see `ProgressLine.show`. */
export type OnProgress = (step: string, detail?: string) => void;
