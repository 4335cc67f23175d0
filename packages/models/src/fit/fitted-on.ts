import { createHash } from 'node:crypto';

/** Hex digits: among thousands of pictures two rarely share a mark. */
const LENGTH = 8;

/** The start of a picture's SHA-256: knows the same file again, and tells nothing about it. */
export function markOf(picture: Uint8Array): string {
  return createHash('sha256').update(picture).digest('hex').slice(0, LENGTH);
}

/** Sorted, so that the order of a table doesn't matter. */
export function joinMarks(marks: readonly string[]): string {
  return marks.toSorted().join('');
}

export function splitMarks(joined: string): Set<string> {
  return new Set(joined.match(new RegExp(`.{${LENGTH}}`, 'g')));
}
