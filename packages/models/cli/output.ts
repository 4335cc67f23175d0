import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '@attrai/contracts/command-line';
import type { Report } from '../src/report/document.ts';
import { REPORT_KINDS, toMarkdown, writeReport } from '../src/report/write-report.ts';

/** Checks the ending of `--out` and makes its folder, before hours of work and not after. @throws UsageError */
export async function requireReport(out: string | undefined, usage: string): Promise<void> {
  if (out === undefined) return;
  if (!REPORT_KINDS.includes(path.extname(out))) {
    throw new UsageError(`--out takes a file that ends in ${REPORT_KINDS.join(', ')}.`, usage);
  }
  await mkdir(path.dirname(out), { recursive: true });
}

/** Writes a report to a file, or prints it as Markdown. */
export async function writeOrPrint(report: Report, out: string | undefined): Promise<void> {
  if (out) sayWritten(await writeReport(report, out));
  else process.stdout.write(toMarkdown(report));
}

/** Writes what was fitted as JSON, and its card beside it. @returns the files written */
export async function writeFitted(out: string, fitted: object, card: string): Promise<string[]> {
  const cardFile = `${out.slice(0, out.length - path.extname(out).length)}.card.md`;
  await writeFile(out, `${JSON.stringify(fitted, null, 2)}\n`);
  await writeFile(cardFile, card);
  return [out, cardFile];
}

export function sayWritten(files: readonly string[]): void {
  process.stderr.write(`Written: ${files.join(', ')}\n`);
}
