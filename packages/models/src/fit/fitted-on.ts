import { createHash } from 'node:crypto';

/** Hex digits of a mark. Among thousands of pictures, two rarely share a mark. */
const LENGTH = 8;

/** The start of a picture's SHA-256. It identifies the same file, and says nothing about the picture. */
export function markOf(picture: Uint8Array): string {
  return createHash('sha256').update(picture).digest('hex').slice(0, LENGTH);
}

/** Sorts the marks, so that the order of a table doesn't matter. */
export function joinMarks(marks: readonly string[]): string {
  return marks.toSorted().join('');
}

export function splitMarks(joined: string): Set<string> {
  return new Set(joined.match(new RegExp(`.{${LENGTH}}`, 'g')));
}
