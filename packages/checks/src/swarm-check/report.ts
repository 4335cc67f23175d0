/** One thing that was tried. */
export interface Finding {
  what: string;
  /** Undefined: not tried, and the figures say why. */
  passed: boolean | undefined;
  figures: string;
}

/** Prints each finding as it comes, and counts them. */
export class Report {
  readonly #findings: Finding[] = [];

  /** Runs a check; one that throws has failed. */
  async check(what: string, run: () => Promise<Omit<Finding, 'what'>>): Promise<void> {
    process.stderr.write(`...   ${what}\n`);
    try {
      this.#add({ what, ...(await run()) });
    } catch (error) {
      this.#add({ what, passed: false, figures: (error as Error).message });
    }
  }

  /** Says that something is not tried. */
  skip(what: string, why: string): void {
    this.#add({ what, passed: undefined, figures: why });
  }

  /** Prints the counts. Returns whether nothing failed. */
  end(): boolean {
    const count = (passed: boolean | undefined) => this.#findings.filter((finding) => finding.passed === passed).length;
    process.stdout.write(`${count(true)} passed, ${count(false)} failed, ${count(undefined)} skipped\n`);
    return count(false) === 0;
  }

  #add(finding: Finding): void {
    this.#findings.push(finding);
    const word = finding.passed === undefined ? 'skip' : finding.passed ? 'pass' : 'FAIL';
    process.stdout.write(`${word}  ${finding.what}: ${finding.figures}\n`);
  }
}
