import { FinalError } from '@attrai/contracts/errors';
import type { WhoIsScored } from '@attrai/vision/age/who-is-scored';
import { type RatingsTable, readRatings } from '../fit/ratings.ts';
import type { CopyName } from '../guard/copies.ts';
import { readTable } from '../read-table.ts';
import type { Skipped } from '../skipped.ts';

/** A face of known age. */
export interface AgedFace {
  /** Name of the picture within the folder of pictures. */
  file: string;
  /** The collection that it is from. */
  set: string;
  /** Least and greatest age in full years. They are the same if the age is known; "70+" ends at Infinity. */
  from: number;
  to: number;
  /** Empty if the table doesn't tell. */
  gender: string;
  race: string;
}

/** The decision about a face, as it is or in a changed copy. */
export interface Decided {
  face: AgedFace;
  copy: CopyName | undefined;
  who: WhoIsScored;
}

/** An open bracket counts as this many years above its lower end. */
const OPEN_BRACKET = 5;

/** The age to calculate with: the middle of a bracket. */
export function ageOf({ from, to }: AgedFace): number {
  return to === Number.POSITIVE_INFINITY ? from + OPEN_BRACKET : (from + to) / 2;
}

/**
 * Reads a table of ages: CSV with the columns file and set, age (years) or bracket ("13-17", "70+"), and, if known, gender and race.
 *
 * @param sets those to read; all if left out
 * @throws FinalError `bad_ages`, saying what is wrong with the table
 */
export async function readAges(csvFile: string, sets?: readonly string[]): Promise<AgedFace[]> {
  const fail = (problem: string) => new FinalError('bad_ages', `${csvFile} ${problem}.`);
  const faces = (await readTable(csvFile, 'bad_ages')).flatMap((row, i) => {
    const { file, set = '', gender = '', race = '' } = row;
    if (!file) throw fail(`names no file in row ${i + 1}`);
    const range = rangeOf(row.age || row.bracket || '');
    if (range === undefined) throw fail(`has no age or bracket for ${file}`);
    return sets && !sets.includes(set) ? [] : [{ file, set, ...range, gender, race }];
  });
  if (faces.length === 0) throw fail(`has no faces${sets ? ` of ${sets.join(', ')}` : ''}`);
  return faces;
}

/** Reads a table of how old faces look, in years: the column that the ratings would be in. @throws FinalError `bad_ratings` */
export async function readLooks(table: RatingsTable): Promise<{ faces: AgedFace[]; skipped: Skipped[] }> {
  const { ratings, skipped } = await readRatings(table);
  const faces = ratings.map(({ file, rating: age }) => ({ file, set: '', from: age, to: age, gender: '', race: '' }));
  return { faces, skipped };
}

function rangeOf(text: string): { from: number; to: number } | undefined {
  const [, from, open, to] = /^(\d+(?:\.\d+)?)(?:(\+)|-(\d+))?$/.exec(text) ?? [];
  if (from === undefined) return undefined;
  return { from: Number(from), to: open ? Number.POSITIVE_INFINITY : Number(to ?? from) };
}
