import { codeOf, gradeOf } from '@attrai/contracts/errors';
import { keysOf } from '@attrai/contracts/photo-ref';
import type { EstimateRequest } from '@attrai/contracts/request';
import type { Outcome } from '@attrai/contracts/result';
import type { Parcel, PhotoStore } from '@attrai/photo-store/photo-store';
import type { Estimate, Vision } from '@attrai/vision/vision';
import type { Watchdog } from './watchdog.ts';

export interface Estimated {
  outcome: Outcome;
  /** The drawn picture, stored; only of a scored photo. */
  picture?: Parcel;
  /** Wall milliseconds by stage, if the photo could be looked at. */
  ms?: Estimate['ms'];
}

/** Final errors that are an answer to the user. */
const REFUSALS = ['unreadable', 'too_many_pixels', 'too_many_bytes', 'photo_missing'] as const;

/**
 * What becomes of the photo of `request`. The picture is stored under a key made from the request's id, so that a
 * second attempt replaces the picture of the first.
 *
 * @throws whatever is worth another try or breaks the process: errors of grade retryable and fatal.
 */
export async function estimatePhoto(
  request: EstimateRequest,
  attachment: Buffer | undefined,
  { photoStore, vision, watchdog }: { photoStore: PhotoStore; vision: Vision; watchdog: Pick<Watchdog, 'watch'> },
): Promise<Estimated> {
  if (request.deadline <= Date.now()) return { outcome: { kind: 'expired' } };

  let estimate: Estimate;
  try {
    const photo = await photoStore.get({ ref: request.photo, ...(attachment && { attachment }) });
    estimate = await watchdog.watch(request.id, () => vision.estimate(photo));
  } catch (error) {
    if (gradeOf(error) !== 'final') throw error;
    return { outcome: { kind: REFUSALS.find((refusal) => refusal === codeOf(error)) ?? 'failed' } };
  }

  const { faces, picture: drawn, ms } = estimate;
  if (drawn === undefined) return { outcome: { kind: 'no_face' }, ms };

  const picture = await photoStore.put(keysOf(request.id).picture, drawn);
  const scored = faces.map(({ box, score, confidence }) => ({ box, score, confidence }));
  return { outcome: { kind: 'scored', picture: picture.ref, faces: scored }, picture, ms };
}
