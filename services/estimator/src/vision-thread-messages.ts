import type { VisionOptions } from '@attrai/vision/load-vision';
import type { Estimate, LookOptions } from '@attrai/vision/vision';
import type { ErrorParts } from './error-parts.ts';

// Messages between an estimator's main thread and its vision thread (start-vision-thread.ts, serve-vision.ts).

/** The thread's workerData. */
export interface VisionThreadData {
  vision: VisionOptions;
  /** That of the watchdog. */
  memory: SharedArrayBuffer;
}

/** `number` identifies a photo. */
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
 * The same bytes in memory of their own, which can be transferred to another thread without a copy. A Buffer that is part of a
 * larger message or of Node's pool is copied.
 */
export function alone(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return new Uint8Array(buffer);
  return new Uint8Array(bytes);
}

/** The bytes as a Buffer, without a copy. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
