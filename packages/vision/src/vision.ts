/** Corners [x1, y1, x2, y2] in pixels of the upright (EXIF-oriented) original. */
export type Box = [x1: number, y1: number, x2: number, y2: number];
export type Point = [x: number, y: number];

export interface Face {
  box: Box;
  /** Left eye, right eye, nose, left and right mouth corner as seen in the photo. */
  landmarks: [Point, Point, Point, Point, Point];
  /** Probability of O-Net that this is a face, 0 to 1. */
  detection: number;
  /** 0 to 10, one decimal. */
  score: number;
  /** `low` where the alignment residual or the detection says the score is little more than a guess. */
  confidence: 'high' | 'low';
}

/** Stages of the pipeline in the order they run. */
export const STAGES = ['decode', 'pyramid', 'pnet', 'rnet', 'onet', 'align', 'score', 'draw', 'encode'] as const;
export type Stage = (typeof STAGES)[number];
/** Milliseconds by stage, and in all. */
export type Times = Record<Stage | 'total', number>;

export interface Estimate {
  /** Size of the upright original, pixels. */
  width: number;
  height: number;
  /** Left to right. */
  faces: Face[];
  /** JPEG with boxes and scores drawn in; absent when no face was found. */
  picture: Buffer | undefined;
  /** By the clock. */
  ms: Times;
  /** CPU time of all threads of the process meanwhile: of this photo alone where nothing else runs. */
  cpuMs: Times;
}

/**
 * Photo bytes in, scored faces and the drawn picture out. One photo at a time per instance.
 * Throws FinalError `unreadable` (not a JPEG, PNG or WebP, or broken), `too_many_pixels` or
 * `too_many_bytes`.
 */
export interface Vision {
  estimate(photo: Buffer): Promise<Estimate>;
  close(): Promise<void>;
}
