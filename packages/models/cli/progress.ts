/** Shows progress on stderr: in a terminal one line that is written over, elsewhere a line for each tenth of the work. */
export class ProgressLine {
  #tenths = -1;

  show(work: string, done: number, total: number): void {
    const line = `${work} ${done}/${total}`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${line}${done === total ? '\n' : ''}`);
      return;
    }
    const tenths = Math.floor((10 * done) / total);
    if (tenths === this.#tenths && done > 1) return;
    this.#tenths = tenths;
    process.stderr.write(`${line}\n`);
  }

  /** For work of which the total is known. */
  counter(work: string, total: number): (done: number) => void {
    return (done) => this.show(work, done, total);
  }
}
