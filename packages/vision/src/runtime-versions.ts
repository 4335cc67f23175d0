import { env } from 'onnxruntime-node';
import sharp from 'sharp';

/** Versions of what the speed and the exact figures of the pipeline depend on. */
export function runtimeVersions(): { onnxruntime: string; sharp: string; libvips: string } {
  const { sharp: sharpVersion = 'unknown', vips } = sharp.versions;
  return { onnxruntime: env.versions.node ?? 'unknown', sharp: sharpVersion, libvips: vips };
}
