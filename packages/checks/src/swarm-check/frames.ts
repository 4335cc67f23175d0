/**
 * One frame of many byte streams over one pipe: the stream's number and the number of bytes, four bytes each, then the
 * bytes. A frame without bytes ends its stream.
 */
export function frame(stream: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

export const END = Buffer.alloc(0);

/** Returns a function that takes the pipe's bytes, in whatever pieces they come, and gives whole frames to `onFrame`. */
export function readFrames(onFrame: (stream: number, bytes: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
      const end = 8 + rest.readUInt32BE(4);
      onFrame(rest.readUInt32BE(0), rest.subarray(8, end));
      rest = rest.subarray(end);
    }
  };
}
