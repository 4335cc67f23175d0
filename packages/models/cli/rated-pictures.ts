import type { RatedPictures } from '../src/fit/ratings.ts';
import { requireOptions, type Values } from './command.ts';

/** The options that say where rated pictures are and how to use them. */
export const RATED_PICTURES = {
  images: { type: 'string' },
  ratings: { type: 'string' },
  'file-column': { type: 'string', default: 'file' },
  'rating-column': { type: 'string', default: 'rating' },
  adults: { type: 'boolean', default: false },
  balance: { type: 'string' },
} as const;

export const RATED_PICTURES_USAGE = `  --file-column NAME      column with the pictures' names within DIR (file)
  --rating-column NAME    column with the rating, on any scale (rating)
  --adults                everybody in the pictures is 18 or older: only faces that clearly look like children are left out`;

/** @throws UsageError if --images or --ratings is missing */
export function ratedPictures(values: Values<typeof RATED_PICTURES>, usage: string): RatedPictures {
  const { images, ratings } = requireOptions(values, ['images', 'ratings'], usage);
  return {
    imageDir: images,
    csvFile: ratings,
    fileColumn: values['file-column']!,
    ratingColumn: values['rating-column']!,
    adults: values.adults!,
    balanceColumn: values.balance,
  };
}
