import { align } from '@attrai/vision/align/align';
import { quantile } from 'simple-statistics';
import type { Calibration, Ranges } from '../nets/calibration.ts';
import { CHIP_SIDE, FEATURES } from '../nets/face-net.ts';
import { features } from '../nets/features.ts';
import { ranges } from '../nets/ranges.ts';
import { BYTE_NET_INPUT, FACE_NET_INPUT } from '../nets/scorer.ts';
import type { Weights } from '../weights/tfjs.ts';
import { cutFaces, type FaceCut, runOnPictures } from './face-pictures.ts';

/**
 * So many of the faces stay within a range. Scores differ from those in float32 by sd 0.083 of 10; with all within, by 0.085, and
 * by 0.10 on photos of another kind; with 0.99 and 0.95, by 0.10, and by up to 0.8 where a face is beyond.
 */
const SHARE_OF_CONVOLUTIONS = 0.999;
const SHARE_OF_SUMS = 0.99;

/** Cuts the faces out of photos. @returns RGB, 150×150×3 bytes each */
export function readChips(
  files: readonly string[],
  modelsDir: string,
  onProgress: (done: number) => void,
): Promise<Uint8Array[]> {
  const chip: FaceCut = {
    side: CHIP_SIDE,
    cut: (mips, { landmarks }, out) => align(mips, landmarks, { side: CHIP_SIDE }, out),
  };
  return cutFaces(files, modelsDir, chip, onProgress);
}

/** Lets the net see the chips and their mirror images, in float32 and then in bytes. The same chips give the same result. */
export async function calibrate(weights: Weights, chips: readonly Uint8Array[]): Promise<Calibration> {
  const extremes = await runAll(ranges(weights), chips);
  const names = Object.keys(extremes).flatMap((key) => (key.startsWith('lowest/') ? [key.slice(7)] : []));
  const found: Ranges = Object.fromEntries(names.map((name) => [name, range(name, extremes)]));
  const exact = meanFeatures(await runAll(features(weights), chips));
  const rounded = meanFeatures(await runAll(features(weights, found), chips, BYTE_NET_INPUT));
  return { ranges: found, excess: exact.map((mean, i) => precise(rounded[i]! - mean)) };
}

function range(name: string, extremes: Record<string, number[]>): [lowest: number, highest: number] {
  const isSum = !name.includes('/');
  const share = isSum ? SHARE_OF_SUMS : SHARE_OF_CONVOLUTIONS;
  return [
    precise(quantile(extremes[`lowest/${name}`]!, 1 - share)),
    precise(quantile(extremes[`highest/${name}`]!, share)),
  ];
}

/** All numbers of each output, chip after chip. */
async function runAll(
  model: Uint8Array,
  chips: readonly Uint8Array[],
  input = FACE_NET_INPUT,
): Promise<Record<string, number[]>> {
  const outputs = await runOnPictures(model, chips, input);
  return Object.fromEntries(Object.entries(outputs).map(([name, rows]) => [name, rows.flatMap((row) => [...row])]));
}

function meanFeatures({ features: all }: Record<string, number[]>): number[] {
  const rows = all!.length / FEATURES;
  return Array.from({ length: FEATURES }, (_, i) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += all![row * FEATURES + i]!;
    return sum / rows;
  });
}

function precise(value: number): number {
  return Number(value.toPrecision(5));
}
