import { readFile } from 'node:fs/promises';
import { FinalError } from '@attrai/contracts/errors';
import { parse } from 'csv-parse/sync';

export interface Rating {
  /** Name of the picture within the folder of pictures. */
  file: string;
  rating: number;
  /** What the row says in the columns asked for, by column. */
  columns: Record<string, string>;
}

/** A picture that was left out, and why. */
export interface Skipped {
  file: string;
  reason: 'no rating' | 'file missing' | 'unreadable' | 'no face found' | 'looks under 18: not scored';
}

/**
 * Reads the table of ratings: CSV with a header line.
 *
 * @param columns further ones to keep of each row
 * @throws FinalError `bad_ratings`, saying which column or file is meant
 */
export async function readRatings(
  csvFile: string,
  fileColumn: string,
  ratingColumn: string,
  columns: readonly string[] = [],
): Promise<{ ratings: Rating[]; skipped: Skipped[] }> {
  const rows = parseTable(csvFile, await readFile(csvFile, 'utf8').catch((cause: unknown) => fail(csvFile, cause)));
  for (const column of [fileColumn, ratingColumn, ...columns]) {
    if (rows[0] && !(column in rows[0])) {
      throw new FinalError(
        'bad_ratings',
        `${csvFile} has no column ${column}; it has ${Object.keys(rows[0]).join(', ')}.`,
      );
    }
  }
  const ratings: Rating[] = [];
  const skipped: Skipped[] = [];
  for (const row of rows) {
    const file = row[fileColumn]!;
    const text = row[ratingColumn]!.trim();
    const rating = Number(text);
    if (text === '' || !Number.isFinite(rating)) skipped.push({ file, reason: 'no rating' });
    else ratings.push({ file, rating, columns: Object.fromEntries(columns.map((column) => [column, row[column]!])) });
  }
  return { ratings, skipped };
}

function parseTable(csvFile: string, text: string): Record<string, string>[] {
  try {
    return parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    return fail(csvFile, cause);
  }
}

function fail(csvFile: string, cause: unknown): never {
  throw new FinalError('bad_ratings', `Can't read ${csvFile} as CSV: ${(cause as Error).message}`, { cause });
}
