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
  /** The stored picture of a scored photo. */
  picture?: Parcel;
  /** Milliseconds by stage of the pipeline, if the photo could be decoded. */
  ms?: Times;
  /** An error that is no fault of the photo, for the operator. */
  problem?: unknown;
}

export interface PhotoParts {
  photoStore: PhotoStore;
  vision: Pick<WatchedVision, 'estimate'>;
  outages: Pick<Outages, 'rideOut'>;
  /** The photo is decoded, so that its file can harm neither the decoder nor the process's memory any more. */
  onDecoded(): void;
}

/** Codes of final errors that are an answer to the user. */
const REFUSALS = ['unreadable', 'too_many_pixels', 'too_many_bytes', 'photo_missing'] as const;
/** Outcomes that are no fault of the photo. */
const OUR_SIDE = ['photo_missing', 'failed'] as const;

/**
 * Estimates the photo of `request` and stores the picture. Its key is made from the request's id, so that a second attempt
 * replaces the picture of the first. While the store is away or full, it waits, until the deadline at most.
 *
 * @throws errors of grade retryable and fatal. A final error is an outcome.
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
