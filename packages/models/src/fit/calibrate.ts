import { align } from '@attrai/vision/align/align';
import { mean, quantile } from 'simple-statistics';
import type { Calibration, Ranges } from '../nets/calibration.ts';
import { CHIP_SIDE } from '../nets/face-net.ts';
import { features } from '../nets/features.ts';
import { faceNetRanges } from '../nets/ranges.ts';
import { BYTE_NET_INPUT, FACE_NET_INPUT } from '../nets/scorer.ts';
import type { Weights } from '../weights/tfjs.ts';
import { type FaceCut, precise, runOnPictures } from './face-pictures.ts';

/**
 * This share of the faces stays within a range. Scores then differ from those in float32 by sd 0.083 of 10. With all faces within, it is 0.085,
 * and 0.10 on photos of another kind; with 0.99 and 0.95, it is 0.10, and up to 0.8 where a face is beyond.
 */
const SHARE_OF_CONVOLUTIONS = 0.999;
const SHARE_OF_SUMS = 0.99;
const DIGITS = 5;

export const FACE_NET_CUT: FaceCut = {
  side: CHIP_SIDE,
  cut: (mips, { landmarks }, out) => align(mips, landmarks, { side: CHIP_SIDE }, out),
};

/** Runs the face net on chips and their mirror images, in float32 and then in int8. The same chips give the same result. */
export async function calibrate(weights: Weights, chips: readonly Uint8Array[]): Promise<Calibration> {
  const extremes = await runOnPictures(faceNetRanges(weights), chips, FACE_NET_INPUT);
  const names = Object.keys(extremes).flatMap((key) => (key.startsWith('lowest/') ? [key.slice(7)] : []));
  const found: Ranges = Object.fromEntries(names.map((name) => [name, range(name, extremes)]));
  const exact = await meanFeatures(features(weights), chips);
  const rounded = await meanFeatures(features(weights, found), chips, BYTE_NET_INPUT);
  return { ranges: found, excess: exact.map((mean, i) => precise(rounded[i]! - mean, DIGITS)) };
}

function range(name: string, extremes: Record<string, Float32Array[]>): [lowest: number, highest: number] {
  const share = name.includes('/') ? SHARE_OF_CONVOLUTIONS : SHARE_OF_SUMS;
  const end = (which: 'lowest' | 'highest', share: number) =>
    precise(
      quantile(
        extremes[`${which}/${name}`]!.flatMap((row) => [...row]),
        share,
      ),
      DIGITS,
    );
  return [end('lowest', 1 - share), end('highest', share)];
}

async function meanFeatures(
  model: Uint8Array,
  chips: readonly Uint8Array[],
  input = FACE_NET_INPUT,
): Promise<number[]> {
  const outputs = await runOnPictures(model, chips, input);
  const rows = outputs.features!;
  const each = rows[0]!.length / 2;
  return Array.from({ length: each }, (_, i) => mean(rows.flatMap((row) => [row[i]!, row[i + each]!])));
}
