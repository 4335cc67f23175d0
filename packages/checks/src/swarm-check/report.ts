/** One thing that was tried. */
export interface Finding {
  what: string;
  /** Undefined: not tried, and the figures say why. */
  passed: boolean | undefined;
  figures: string;
}

/** Prints each finding as it comes, and tells at the end whether all passed. */
export function startReport() {
  const findings: Finding[] = [];

  function add(finding: Finding): void {
    findings.push(finding);
    const word = finding.passed === undefined ? 'skip' : finding.passed ? 'pass' : 'FAIL';
    process.stdout.write(`${word}  ${finding.what}: ${finding.figures}\n`);
  }

  return {
    /** Runs a check; one that throws has failed. */
    async check(what: string, run: () => Promise<Omit<Finding, 'what'>>): Promise<void> {
      process.stderr.write(`...   ${what}\n`);
      try {
        add({ what, ...(await run()) });
      } catch (error) {
        add({ what, passed: false, figures: (error as Error).message });
      }
    },
    skip(what: string, why: string): void {
      add({ what, passed: undefined, figures: why });
    },
    /** Whether nothing failed. */
    end(): boolean {
      const count = (passed: boolean | undefined) => findings.filter((finding) => finding.passed === passed).length;
      process.stdout.write(`${count(true)} passed, ${count(false)} failed, ${count(undefined)} skipped\n`);
      return count(false) === 0;
    },
  };
}
