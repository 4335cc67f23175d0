import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '@attrai/contracts/command-line';
import { REPORT_KINDS } from '../src/report/write-report.ts';

/** Checks the ending of a command's `--out`, if there is one, and makes its folder: before hours of work, not after. @throws UsageError */
export async function requireReport(out: string | undefined, usage: string): Promise<void> {
  if (out === undefined) return;
  if (!REPORT_KINDS.includes(path.extname(out))) {
    throw new UsageError(`--out takes a file that ends in ${REPORT_KINDS.join(', ')}.`, usage);
  }
  await mkdir(path.dirname(out), { recursive: true });
}
