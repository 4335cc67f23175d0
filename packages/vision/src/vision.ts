import type { Pixels } from './pixels.ts';

/** Corners [x1, y1, x2, y2] in pixels of the upright (EXIF-oriented) original. */
export type Box = [x1: number, y1: number, x2: number, y2: number];
/** The size of a face, in the box's pixels. */
export function longerSide([x1, y1, x2, y2]: Box): number {
  return Math.max(x2 - x1, y2 - y1);
}

export type Point = [x: number, y: number];
/** Left eye, right eye, nose, left and right mouth corner, as seen when the face is upright. */
export type Landmarks = [Point, Point, Point, Point, Point];

/** A detected face, with a score or with the reason why it has none. */
export type Face = FoundFace & (Scored | Unscored);

interface FoundFace {
  box: Box;
  /** The row of faces that it belongs to, from 0 at the top (reading-order.ts). */
  row: number;
  landmarks: Landmarks;
  /** O-Net's probability that this is a face, 0 to 1: the higher of its first and its last look. */
  detection: number;
}

export interface Scored {
  /** 0 to 10, one decimal. */
  score: number;
  /** `low`: the score is little more than a guess, since the face is small, in profile, half covered, cut by the photo's edge, or hardly a face (confidence.ts). */
  confidence: 'high' | 'low';
}

export interface Unscored {
  score: null;
  /**
   * Why it has no score. Its apparent age is never returned.
   * - child: it clearly looks like a child, and is never scored
   * - unsure: it may be under 18, and is scored only if the sender says that everybody is an adult
   */
  unscored: 'child' | 'unsure';
}

/** Defaults, pixels: longer side of the smallest face reported, and of the reduced photo. */
export const MIN_FACE = 40;
export const MAX_SIDE = 1280;

/** Stages of finding faces, in the order they run. A photo that is searched again, turned, runs through them again. */
const DETECT_STAGES = ['pyramid', 'pnet', 'rnet', 'onet'] as const;
export type DetectStage = (typeof DETECT_STAGES)[number];

/** Stages of the pipeline in the order they run. */
export const STAGES = ['decode', ...DETECT_STAGES, 'align', 'score', 'age', 'draw', 'encode'] as const;
export type Stage = (typeof STAGES)[number];
/** Milliseconds by stage, and their total. */
export type Times = Record<Stage | 'total', number>;

export interface Estimate {
  /** Size of the upright original, pixels. */
  width: number;
  height: number;
  /** Row by row from the top, each from left to right (reading-order.ts). */
  faces: Face[];
  /** JPEG with boxes and scores drawn in, a dash for faces without a score; undefined if no face was found. */
  picture: Buffer | undefined;
  /** Wall-clock time. */
  ms: Times;
  /** CPU time of all threads of the process in that time, the caller's included. If nothing else runs, it is the photo's own. */
  cpuMs: Times;
}

/** What the sender of a photo asks for. */
export interface LookOptions {
  /** The sender says that everybody in the photo is 18 or older: faces that are `unsure` are scored. Default false. */
  adultsConfirmed?: boolean;
  /** Scores in the picture are written `7,3` instead of `7.3`. Default false. */
  decimalComma?: boolean;
}

/** A photo after decoding. */
export interface DecodedPhoto {
  /** Upright, at most `maxSide` pixels on its longer side. */
  pixels: Pixels;
  /** Size of the upright original, pixels. */
  width: number;
  height: number;
}

/** A decoded photo with the time that decoding took. */
export interface Decoded extends DecodedPhoto {
  /** Wall-clock and CPU milliseconds of decoding. */
  ms: number;
  cpuMs: number;
}

/** The pipeline in two steps, so that the next photo can be decoded while faces are found and scored in one. */
export interface VisionInSteps {
  /**
   * Decodes a photo. After this step its file can harm neither the decoder nor the process's memory any more.
   *
   * @throws FinalError `unreadable` (not a JPEG, PNG or WebP, or broken), `too_many_pixels` or `too_many_bytes`
   */
  decode(photo: Buffer): Promise<Decoded>;
  /**
   * Finds and scores the faces. One photo at a time, and each photo only once: it frees the memory of the pixels.
   *
   * @throws FinalError `no_score` (the scorer gave no number)
   */
  look(photo: Decoded, options?: LookOptions): Promise<Estimate>;
  close(): Promise<void>;
}

export interface Vision extends VisionInSteps {
  /** Both steps, one photo at a time. Throws what they throw. */
  estimate(photo: Buffer, options?: LookOptions): Promise<Estimate>;
}
