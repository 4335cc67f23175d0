import { codeOf, gradeOf } from '@attrai/contracts/errors';
import { keysOf } from '@attrai/contracts/photo-ref';
import type { EstimateRequest } from '@attrai/contracts/request';
import type { DrawnFace, Outcome } from '@attrai/contracts/result';
import type { Parcel, PhotoStore } from '@attrai/photo-store/photo-store';
import type { Face, LookOptions, Times } from '@attrai/vision/vision';
import type { Outages } from './outages.ts';
import type { WatchedVision } from './watched-vision.ts';

export interface Estimated {
  outcome: Outcome;
  /** The drawn picture, stored; only of a scored photo. */
  picture?: Parcel;
  /** Of the pipeline by stage, if the photo could be looked at. */
  ms?: Times;
  /** What went wrong on our side, for the operator. */
  problem?: unknown;
}

export interface PhotoParts {
  photoStore: PhotoStore;
  vision: Pick<WatchedVision, 'estimate'>;
  outages: Pick<Outages, 'rideOut'>;
  /** The photo is decoded: what a file may do to a decoder, and a large photo to memory, is over. */
  onDecoded(): void;
}

/** Final errors that are an answer to the user. */
const REFUSALS = ['unreadable', 'too_many_pixels', 'too_many_bytes', 'photo_missing'] as const;
/** Outcomes that are no fault of the photo. */
const OUR_SIDE = ['photo_missing', 'failed'] as const;

/**
 * What becomes of the photo of `request`. The picture is stored under a key made from the request's id, so that a
 * second attempt replaces the picture of the first. While the store is away or full, it waits, at most until the
 * deadline.
 *
 * @throws whatever is worth another try or breaks the process: errors of grade retryable and fatal.
 */
export async function estimatePhoto(
  request: EstimateRequest,
  attachment: Buffer | undefined,
  parts: PhotoParts,
): Promise<Estimated> {
  const isExpired = () => request.deadline <= Date.now();
  if (isExpired()) return { outcome: { kind: 'expired' } };
  try {
    return await scoreAndStore(request, attachment, parts);
  } catch (error) {
    if (gradeOf(error) === 'retryable' && isExpired()) return { outcome: { kind: 'expired' } };
    if (gradeOf(error) !== 'final') throw error;
    const kind = REFUSALS.find((refusal) => refusal === codeOf(error)) ?? 'failed';
    return { outcome: { kind }, ...(OUR_SIDE.some((ours) => ours === kind) && { problem: error }) };
  }
}

async function scoreAndStore(
  request: EstimateRequest,
  attachment: Buffer | undefined,
  { photoStore, vision, outages, onDecoded }: PhotoParts,
): Promise<Estimated> {
  const parcel = { ref: request.photo, ...(attachment && { attachment }) };
  const photo = await outages.rideOut(request, () => photoStore.get(parcel));
  const { faces, picture: drawn, ms } = await vision.estimate(request.id, photo, wishesOf(request), onDecoded);
  if (drawn === undefined) return { outcome: { kind: 'no_face' }, ms };

  const picture = await outages.rideOut(request, () => photoStore.put(keysOf(request.id).picture, drawn));
  const outcome: Outcome = { kind: 'scored', picture: picture.ref, faces: faces.map(forAnswer) };
  return { outcome, picture, ms };
}

function wishesOf({ adultsConfirmed = false, decimalComma = false }: EstimateRequest): LookOptions {
  return { adultsConfirmed, decimalComma };
}

function forAnswer(face: Face): DrawnFace {
  const { box, row } = face;
  if (face.score === null) return { box, row, score: null, unscored: face.unscored };
  return { box, row, score: face.score, confidence: face.confidence };
}
