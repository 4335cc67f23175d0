/** The result of a check. `passed` is undefined if it was not tried. */
export interface Outcome {
  passed: boolean | undefined;
  figures: string;
}

/** Prints and counts outcomes. */
export class Report {
  readonly #outcomes: Outcome[] = [];

  /** Runs a check. It fails if it throws. */
  async check(what: string, run: () => Promise<Outcome>): Promise<void> {
    process.stderr.write(`...   ${what}\n`);
    try {
      this.#add(what, await run());
    } catch (error) {
      this.#add(what, { passed: false, figures: (error as Error).message });
    }
  }

  skip(what: string, why: string): void {
    this.#add(what, { passed: undefined, figures: why });
  }

  /** Prints the counts. Returns true if nothing failed. */
  end(): boolean {
    const count = (passed: boolean | undefined) => this.#outcomes.filter((outcome) => outcome.passed === passed).length;
    process.stdout.write(`${count(true)} passed, ${count(false)} failed, ${count(undefined)} skipped\n`);
    return count(false) === 0;
  }

  #add(what: string, outcome: Outcome): void {
    this.#outcomes.push(outcome);
    const word = outcome.passed === undefined ? 'skip' : outcome.passed ? 'pass' : 'FAIL';
    process.stdout.write(`${word}  ${what}: ${outcome.figures}\n`);
  }
}
