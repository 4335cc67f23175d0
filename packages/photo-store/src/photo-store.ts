import type { PhotoRef } from '@attrai/contracts/photo-ref';

/** A photo on its way: the reference in the message, and the bytes if they travel along. */
export interface Parcel {
  ref: PhotoRef;
  attachment?: Buffer;
}

export interface PhotoStore {
  /**
   * Stores `bytes` under `key`, whole or not at all; the same key again replaces them.
   * Throws RetryableError `store_full` when there is no space left, `store_unavailable` otherwise.
   */
  put(key: string, bytes: Buffer): Promise<Parcel>;
  /**
   * The bytes of a parcel. Throws FinalError `photo_missing` when they are gone, FinalError `photo_store_mismatch` when
   * the parcel is of the other kind of store.
   */
  get(parcel: Parcel): Promise<Buffer>;
  /** Deletes what the references name, also what a process that died left half-written. Deleting what is not there is fine. */
  delete(...refs: PhotoRef[]): Promise<void>;
  /** The reference to what this store holds, or will hold, under `key`. Throws ZodError if `key` can't be a key. */
  refOf(key: string): PhotoRef;
  /** Keys of all that waits in the store, or is half-written. */
  keys(): Promise<string[]>;
}
