import { FinalError } from '@attrai/contracts/errors';
import { readTable } from '../read-table.ts';
import type { Skipped } from '../skipped.ts';

export interface Rating {
  /** Name of the picture within the folder of pictures. */
  file: string;
  rating: number;
  /** The row's text in further columns, by column. */
  columns: Record<string, string>;
}

/** A CSV file with a header line, and its columns with the pictures' names and their ratings. */
export interface RatingsTable {
  csvFile: string;
  fileColumn: string;
  ratingColumn: string;
}

/** Rated pictures, and how to use them. */
export interface RatedPictures extends RatingsTable {
  imageDir: string;
  /** Everybody in the pictures is an adult: faces that may look under 18 are used as well. */
  adults: boolean;
  /** Column of groups that scores should not follow, such as gender; see fitRidge. */
  balanceColumn?: string | undefined;
}

/**
 * Reads a table of ratings.
 *
 * @param columns further columns to keep
 * @throws FinalError `bad_ratings`, naming the column or the file
 */
export async function readRatings(
  { csvFile, fileColumn, ratingColumn }: RatingsTable,
  columns: readonly string[] = [],
): Promise<{ ratings: Rating[]; skipped: Skipped[] }> {
  const rows = await readTable(csvFile, 'bad_ratings');
  const present = Object.keys(rows[0] ?? {});
  const missing = [fileColumn, ratingColumn, ...columns].find((column) => rows[0] && !present.includes(column));
  if (missing !== undefined)
    throw new FinalError('bad_ratings', `${csvFile} has no column ${missing}; it has ${present.join(', ')}.`);
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
