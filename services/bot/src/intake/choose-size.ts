import type { Photo, PhotoSize } from '../chat/wants.ts';

/** The largest size within `maxBytes`. If there is none, the largest of all, whose size the refusal then tells. */
export function chooseSize({ sizes }: Photo, maxBytes: number): PhotoSize {
  return sizes.find(({ bytes = 0 }) => bytes <= maxBytes) ?? sizes[0]!;
}
