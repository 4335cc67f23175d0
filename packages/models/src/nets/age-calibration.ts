import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const ageCalibration = z.object({
  /** By convolution and sum, as age.ts names them: by channel, the largest number after its relu, without its sign. */
  units: z.record(z.string(), z.array(z.number().positive())),
  /** By how many years ages are higher on average when they are computed in bytes with those units. */
  excess: z.number(),
});

/** What must be known of the age net's numbers to compute it in bytes; `pnpm models calibrate` finds it out. */
export type AgeCalibration = z.infer<typeof ageCalibration>;

export const AGE_CALIBRATION_FILE = path.join(import.meta.dirname, 'age.calibration.json');

export async function readAgeCalibration(): Promise<AgeCalibration> {
  return ageCalibration.parse(JSON.parse(await readFile(AGE_CALIBRATION_FILE, 'utf8')));
}
