import type { PhotoRef } from '@attrai/contracts/photo-ref';

/** A photo in a message: the reference, and the bytes if the store sends them along. */
export interface Parcel {
  ref: PhotoRef;
  attachment?: Buffer;
}

export interface PhotoStore {
  /**
   * Stores `bytes` under `key`, whole or not at all. The same key again replaces them.
   * Throws RetryableError `store_full` when there is no space left, `store_unavailable` when the store can't be used.
   */
  put(key: string, bytes: Buffer): Promise<Parcel>;
  /**
   * The bytes of a parcel. Throws FinalError `photo_missing` when they are gone, FinalError `photo_store_mismatch` when
   * the parcel is of the other kind of store.
   */
  get(parcel: Parcel): Promise<Buffer>;
  /** Deletes the photos of these references, also what a process that died left half-written. Missing photos are no error. */
  delete(...refs: PhotoRef[]): Promise<void>;
  /** The reference of this store to `key`. Throws ZodError if `key` can't be a key. */
  refOf(key: string): PhotoRef;
  /** Throws what `put` throws if photos can't be stored now. Stores nothing that stays. */
  check(): Promise<void>;
  /** Keys of all photos in the store, half-written ones included. */
  keys(): Promise<string[]>;
}
