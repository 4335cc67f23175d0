import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { FEATURES } from './face-net.ts';

const calibrationSchema = z.object({
  /** Lowest and highest number of each convolution and sum of the face net, after its relu, by name. */
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])),
  /** By how much each feature is larger on average when it is computed in bytes with those ranges. */
  excess: z.array(z.number()).length(FEATURES),
});

/** What must be known of the face net's numbers to compute it in bytes; `pnpm models calibrate` finds it out. */
export type Calibration = z.infer<typeof calibrationSchema>;
export type Ranges = Calibration['ranges'];

export const CALIBRATION_FILE = path.join(import.meta.dirname, 'face-net.calibration.json');

export async function readCalibration(): Promise<Calibration> {
  return calibrationSchema.parse(JSON.parse(await readFile(CALIBRATION_FILE, 'utf8')));
}
