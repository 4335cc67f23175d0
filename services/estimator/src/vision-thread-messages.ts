import type { VisionOptions } from '@attrai/vision/load-vision';
import type { Estimate, LookOptions } from '@attrai/vision/vision';
import type { ErrorParts } from './error-parts.ts';

// What passes between an estimator's main thread and that of its vision (start-vision-thread.ts, serve-vision.ts).

/** What the thread is given when it starts. */
export interface VisionThreadData {
  vision: VisionOptions;
  /** The watchdog's. */
  memory: SharedArrayBuffer;
}

/** `number` tells a photo from the others. */
export type ToVision =
  | { kind: 'look'; number: number; requestId: string; photo: Uint8Array; wishes: LookOptions }
  | { kind: 'close' };

export type FromVision =
  | { kind: 'loaded' }
  | { kind: 'not loaded'; error: ErrorParts }
  | { kind: 'decoded'; number: number }
  | { kind: 'done'; number: number; estimate: Omit<Estimate, 'picture'>; picture: Uint8Array | undefined }
  | { kind: 'failed'; number: number; error: ErrorParts };

/**
 * The same bytes in memory that holds nothing else, so that they can go to another thread without being copied. A Buffer may
 * be a part of a larger message, or of Node's pool for small ones: those are copied.
 */
export function alone(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return new Uint8Array(buffer);
  return new Uint8Array(bytes);
}

/** The other way round, without a copy. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
