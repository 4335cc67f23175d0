import path from 'node:path';
import { z } from 'zod';
import { readJson } from '../read-json.ts';
import { FEATURES } from './face-net.ts';

// What the int8 nets need to know about the numbers that they compute with. `pnpm models calibrate` measures it.

const range = z.tuple([z.number(), z.number()]);

const faceNetCalibration = z.object({
  /** Lowest and highest number of each convolution and sum of the face net, after its relu, by name. */
  ranges: z.record(z.string(), range),
  /** The mean error of each feature in int8 with those ranges. */
  excess: z.array(z.number()).length(FEATURES),
});
export type Calibration = z.infer<typeof faceNetCalibration>;
export type Ranges = Calibration['ranges'];

const ageCalibration = z.object({
  /** For each convolution and sum, as age.ts names them, by channel: the largest absolute number after its relu. */
  units: z.record(z.string(), z.array(z.number().positive())),
  /** The mean error of ages in int8 with those units, years. */
  excess: z.number(),
});
export type AgeCalibration = z.infer<typeof ageCalibration>;

const netRanges = z.record(z.string(), z.array(range));
const mtcnnRanges = z.object({ pnet: netRanges, rnet: netRanges });
/** Lowest and highest number of a channel. */
export type ChannelRange = z.infer<typeof range>;
/** For each convolution (conv1, conv2, conv3), by channel: the output of its PReLU. */
export type NetRanges = z.infer<typeof netRanges>;
export type MtcnnRanges = z.infer<typeof mtcnnRanges>;

const file = (name: string) => path.join(import.meta.dirname, `${name}.calibration.json`);
export const CALIBRATION_FILE = file('face-net');
export const AGE_CALIBRATION_FILE = file('age');
export const MTCNN_CALIBRATION_FILE = file('mtcnn');

export const readCalibration = () => readJson(CALIBRATION_FILE, faceNetCalibration);
export const readAgeCalibration = () => readJson(AGE_CALIBRATION_FILE, ageCalibration);
export const readMtcnnRanges = () => readJson(MTCNN_CALIBRATION_FILE, mtcnnRanges);
