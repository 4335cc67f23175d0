import { readFile } from 'node:fs/promises';
import { FinalError } from '@attrai/contracts/errors';
import { parse } from 'csv-parse/sync';

/** Reads a CSV file with a header line: one record a row, text by column. @throws FinalError with this code, naming the file */
export async function readTable(csvFile: string, code: string): Promise<Record<string, string>[]> {
  try {
    const text = await readFile(csvFile, 'utf8');
    return parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    throw new FinalError(code, `Can't read ${csvFile} as CSV: ${(cause as Error).message}`, { cause });
  }
}
