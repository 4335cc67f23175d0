import { encodeJpeg } from '@attrai/vision/draw/encode';
import { giveBack } from '@attrai/vision/pixels';
import { InferenceSession } from 'onnxruntime-node';
import sharp from 'sharp';

/** CPU milliseconds that the JPEG codec takes for one photo. */
export interface CodecFloor {
  decode: number;
  encode: number;
}

/** Adds up the CPU time inside ONNX Runtime. Create one a process: it wraps the method that runs a net. */
export class NetsClock {
  /** May be set back to 0. */
  spentMs = 0;

  constructor() {
    const clock = this;
    const { prototype } = InferenceSession as unknown as { prototype: { run(...args: unknown[]): Promise<unknown> } };
    const { run } = prototype;
    prototype.run = async function (...args) {
      const [ms, outputs] = await cpuMs(() => run.apply(this, args));
      clock.spentMs += ms;
      return outputs;
    };
  }
}

/** Measures the codec alone: decodes the photo, and encodes the picture that the pipeline made of it. */
export async function codecFloor(photo: Buffer, picture: Buffer | undefined): Promise<CodecFloor> {
  const [decode, decoded] = await cpuMs(() => sharp(photo).raw().toBuffer());
  // The pipeline does so too. Without it, garbage collection would be part of the floor.
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
