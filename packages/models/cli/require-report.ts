import path from 'node:path';
import { UsageError } from '@attrai/contracts/command-line';
import { REPORT_KINDS } from '../src/report/write-report.ts';

/** Checks the ending of a command's `--out`, if there is one. @throws UsageError */
export function requireReportKind(out: string | undefined, usage: string): void {
  if (out === undefined || REPORT_KINDS.includes(path.extname(out))) return;
  throw new UsageError(`--out takes a file that ends in ${REPORT_KINDS.join(', ')}.`, usage);
}
