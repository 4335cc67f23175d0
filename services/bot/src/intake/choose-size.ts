import type { Photo, PhotoSize } from '../chat/wants.ts';

/** The largest size within `maxBytes`; the largest of all where none is, so that the refusal can tell. */
export function chooseSize({ sizes }: Photo, maxBytes: number): PhotoSize {
  return sizes.find(({ bytes = 0 }) => bytes <= maxBytes) ?? sizes[0]!;
}
