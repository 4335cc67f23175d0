/**
 * One frame of several byte streams in one pipe: number of the stream and number of bytes, four bytes each, then the bytes.
 * A frame without bytes ends its stream.
 */
export function frame(stream: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

export const END = Buffer.alloc(0);

/** Reads frames from a pipe, however its bytes are cut into chunks. */
export class FrameReader {
  readonly #onFrame: (stream: number, bytes: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onFrame: (stream: number, bytes: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 8 && this.#rest.length >= 8 + this.#rest.readUInt32BE(4)) {
      const end = 8 + this.#rest.readUInt32BE(4);
      this.#onFrame(this.#rest.readUInt32BE(0), this.#rest.subarray(8, end));
      this.#rest = this.#rest.subarray(end);
    }
  }
}
