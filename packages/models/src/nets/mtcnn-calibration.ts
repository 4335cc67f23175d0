import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const netRanges = z.record(z.string(), z.array(z.tuple([z.number(), z.number()])));
const mtcnnRanges = z.object({ pnet: netRanges, rnet: netRanges });

/** Lowest and highest number of a channel. */
export type ChannelRange = [lowest: number, highest: number];
/** By convolution (conv1, conv2, conv3), by channel: what comes out of its PReLU. */
export type NetRanges = Record<string, ChannelRange[]>;
/** What must be known of P-Net's and R-Net's numbers to compute them in bytes; `pnpm models calibrate` finds it out. */
export type MtcnnRanges = z.infer<typeof mtcnnRanges>;

export const MTCNN_CALIBRATION_FILE = path.join(import.meta.dirname, 'mtcnn.calibration.json');

export async function readMtcnnRanges(): Promise<MtcnnRanges> {
  return mtcnnRanges.parse(JSON.parse(await readFile(MTCNN_CALIBRATION_FILE, 'utf8')));
}
