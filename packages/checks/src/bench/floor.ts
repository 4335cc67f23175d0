import { encodeJpeg } from '@attrai/vision/draw/encode';
import { giveBack } from '@attrai/vision/pixels';
import { InferenceSession } from 'onnxruntime-node';
import sharp from 'sharp';

/** CPU milliseconds that one photo takes inside the JPEG codec alone. */
export interface CodecFloor {
  decode: number;
  encode: number;
}

/** Adds up the CPU time inside ONNX Runtime, of all sessions of this process. */
export interface NetsClock {
  reset(): void;
  /** Milliseconds since the last reset. */
  read(): number;
}

/** Starts to time ONNX Runtime. Call it once in a process: it wraps the method that runs a net. */
export function timeNets(): NetsClock {
  let spent = 0;
  const { prototype } = InferenceSession as unknown as { prototype: { run: (...args: unknown[]) => Promise<unknown> } };
  const { run } = prototype;
  prototype.run = async function (...args) {
    const [ms, outputs] = await cpuMs(() => run.apply(this, args));
    spent += ms;
    return outputs;
  };
  return {
    reset: () => {
      spent = 0;
    },
    read: () => spent,
  };
}

/** Measures the codec alone: decodes the photo, and encodes the pipeline's picture of it once more. */
export async function codecFloor(photo: Buffer, picture: Buffer | undefined): Promise<CodecFloor> {
  const [decode, decoded] = await cpuMs(() => sharp(photo).raw().toBuffer());
  // As the pipeline does. Otherwise the garbage collector's work would be part of the floor.
  giveBack({ data: decoded });
  if (picture === undefined) return { decode, encode: 0 };
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const [encode] = await cpuMs(async () => encodeJpeg({ data, width: info.width, height: info.height }));
  giveBack({ data });
  return { decode, encode };
}

async function cpuMs<T>(work: () => Promise<T>): Promise<[ms: number, result: T]> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, result];
}
