/** What one user may send. */
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
  /** A photo is answered within this time, if only to say that it took too long. */
  deadlineSeconds: number;
}
