/** What one user may send, as the texts tell it. */
export interface Limits {
  /** Of one photo or image file. */
  maxPhotoBytes: number;
  /** Pixels of the shorter side. */
  minPhotoSide: number;
  /** Photos of one user in work at once. */
  maxActivePerUser: number;
  /** Photos of one user in a window of time. */
  requestsPerWindow: number;
  windowSeconds: number;
  /** A photo is answered within this, if only by saying that it took too long. */
  deadlineSeconds: number;
}
