import type { Detection } from '@attrai/vision/detect/onet';
import { markOf } from '../fit/fitted-on.ts';
import type { Raw } from '../raw.ts';
import { cap, cover, moustache } from './drawings.ts';
import { paint } from './paint.ts';
import { Random } from './random.ts';
import { FRAMES, type Spectacles, spectacles } from './spectacles.ts';
import { SPOILT, type Spoilt, spoil } from './spoil.ts';

/** The kinds of changed copies of a picture. */
export type CopyName = Spectacles | 'cap' | 'moustache' | 'cover' | Spoilt;

/** The kinds without glasses. Small ones and old prints come twice as often, since they differ most among themselves. */
const OTHERS: readonly CopyName[] = ['cap', 'moustache', 'cover', ...SPOILT, 'small', 'old print'];

/** The changed copy of a photo with a face, as JPEG. The same seed gives the same copy. */
export function makeCopy(
  name: CopyName,
  photo: Raw,
  { box, landmarks }: Pick<Detection, 'box' | 'landmarks'>,
  seed: number,
): Promise<Buffer> {
  const random = new Random(seed);
  if (name === 'cap') return paint(photo, landmarks, cap(random));
  if (name === 'moustache') return paint(photo, landmarks, moustache(random));
  if (name === 'cover') return paint(photo, landmarks, cover(random));
  if (isSpoilt(name)) return spoil(name, photo, box, random);
  return paint(photo, landmarks, spectacles(name, random));
}

/** A seed from the picture's bytes, so that its file name doesn't matter. */
export function seedOf(picture: Uint8Array): number {
  return Number.parseInt(markOf(picture), 16) | 0;
}

/** Three copies of a picture to fit on: one with glasses, one with sunglasses (in three of ten pictures: other glasses), one other. */
export function copiesToFit(seed: number): CopyName[] {
  const random = new Random(seed);
  return [random.pick(FRAMES), random.chance(0.7) ? 'sunglasses' : random.pick(FRAMES), random.pick(OTHERS)];
}

/** Five copies of a picture to test on: one with glasses, one with sunglasses, three others, all different. */
export function copiesToTest(seed: number): CopyName[] {
  const random = new Random(seed);
  const others = new Set(OTHERS);
  const copies: CopyName[] = [random.pick(FRAMES), 'sunglasses'];
  while (copies.length < 5) {
    const copy = random.pick([...others]);
    others.delete(copy);
    copies.push(copy);
  }
  return copies;
}

function isSpoilt(name: CopyName): name is Spoilt {
  return (SPOILT as readonly string[]).includes(name);
}
