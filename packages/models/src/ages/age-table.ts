import { readFile } from 'node:fs/promises';
import { FinalError } from '@attrai/contracts/errors';
import { parse } from 'csv-parse/sync';

/** A face of known age. */
export interface AgedFace {
  /** Name of the picture within the folder of pictures. */
  file: string;
  /** Which collection it is from. */
  set: string;
  /** Full years: the face is at least so old, ... */
  from: number;
  /** ... and at most so old: the same where the age is known, Infinity for "70+". */
  to: number;
  /** Empty where the table doesn't tell. */
  gender: string;
  race: string;
}

/** Years above its lower end that stand for a bracket without an upper one. */
const OPEN_BRACKET = 5;

/** The age to reckon with: of a bracket its middle. */
export function ageOf({ from, to }: AgedFace): number {
  return to === Number.POSITIVE_INFINITY ? from + OPEN_BRACKET : (from + to) / 2;
}

/**
 * Reads a table of ages: CSV with the columns file and set, age (years) or bracket ("13-17", "70+"), and, if known, gender and race.
 *
 * @param sets those to read; all when left out
 * @throws FinalError `bad_ages`, saying what is wrong with the table
 */
export async function readAges(csvFile: string, sets?: readonly string[]): Promise<AgedFace[]> {
  const rows = parseTable(csvFile, await readFile(csvFile, 'utf8').catch((cause: unknown) => fail(csvFile, cause)));
  const faces = rows.flatMap((row, i) => {
    const { file, set = '', gender = '', race = '' } = row;
    if (!file) throw new FinalError('bad_ages', `${csvFile} says no file in its row ${i + 1}.`);
    const range = rangeOf(row.age || row.bracket || '');
    if (range === undefined) throw new FinalError('bad_ages', `${csvFile} says no age or bracket of ${file}.`);
    return sets && !sets.includes(set) ? [] : [{ file, set, ...range, gender, race }];
  });
  if (faces.length === 0)
    throw new FinalError('bad_ages', `${csvFile} has no faces${sets ? ` of ${sets.join(', ')}` : ''}.`);
  return faces;
}

function rangeOf(text: string): { from: number; to: number } | undefined {
  const [, from, open, to] = /^(\d+(?:\.\d+)?)(?:(\+)|-(\d+))?$/.exec(text) ?? [];
  if (from === undefined) return undefined;
  return { from: Number(from), to: open ? Number.POSITIVE_INFINITY : Number(to ?? from) };
}

function parseTable(csvFile: string, text: string): Record<string, string | undefined>[] {
  try {
    return parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    return fail(csvFile, cause);
  }
}

function fail(csvFile: string, cause: unknown): never {
  throw new FinalError('bad_ages', `Can't read ${csvFile} as CSV: ${(cause as Error).message}`, { cause });
}
