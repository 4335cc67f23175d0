import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cutOut } from '@attrai/vision/detect/crops';
import { REFERENCE_THRESHOLDS } from '@attrai/vision/detect/detector';
import { makePyramid, propose } from '@attrai/vision/detect/pnet';
import { makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';
import { MAX_SIDE, MIN_FACE } from '@attrai/vision/vision';
import ort, { type InferenceSession } from 'onnxruntime-node';
import { quantile } from 'simple-statistics';
import type { ChannelRange, MtcnnRanges, NetRanges } from '../nets/mtcnn-calibration.ts';
import { mtcnnRanges } from '../nets/mtcnn-ranges.ts';
import { openSession } from '../verify.ts';
import type { Weights } from '../weights/tfjs.ts';

const CROP_SIDE = 24;
/** So many of the photos stay within a range: rare outliers would make every other number coarser. */
const SHARE = 0.95;

/** By output of the ranges' net, the extremes of each channel, photo after photo. */
type Extremes = Record<string, number[][]>;

/** Lets P-Net see the photos' pyramids, and R-Net the crops that P-Net proposes, in float32. The same photos give the same result. */
export async function calibrateMtcnn(
  weights: Weights,
  files: readonly string[],
  modelsDir: string,
  onProgress: (done: number) => void,
): Promise<MtcnnRanges> {
  const [pnet, rnet, proposer] = await Promise.all([
    openSession(mtcnnRanges(weights, 'pnet')),
    openSession(mtcnnRanges(weights, 'rnet')),
    openSession(path.join(modelsDir, 'pnet.onnx')),
  ]);
  const [seenByPnet, seenByRnet]: [Extremes, Extremes] = [{}, {}];
  for (const [i, file] of files.entries()) {
    const mips = makeMips((await decodePhoto(await readFile(file), MAX_SIDE)).pixels);
    const levels = makePyramid(mips, MIN_FACE);
    const found: Record<string, Float32Array[]> = {};
    for (const { pixels } of levels) await look(pnet, pixels.data, [1, pixels.height, pixels.width], found);
    record(found, seenByPnet);
    const { crops, inside } = cutOut(mips, await propose(proposer, mips, levels, REFERENCE_THRESHOLDS.pnet), CROP_SIDE);
    if (inside.length > 0) record(await look(rnet, crops, [inside.length, CROP_SIDE, CROP_SIDE]), seenByRnet);
    onProgress(i + 1);
  }
  await Promise.all([pnet.release(), rnet.release(), proposer.release()]);
  return { pnet: rangesOf(seenByPnet), rnet: rangesOf(seenByRnet) };
}

async function look(
  net: InferenceSession,
  data: Uint8Array,
  [count, height, width]: [number, number, number],
  found: Record<string, Float32Array[]> = {},
): Promise<Record<string, Float32Array[]>> {
  const answer = await net.run({ image: new ort.Tensor('uint8', data, [count, height, width, 3]) });
  for (const [name, extremes] of Object.entries(answer)) {
    found[name] ??= [];
    found[name].push(extremes.data as Float32Array);
  }
  return found;
}

/** Adds one photo's extremes: over all of its levels. */
function record(found: Record<string, Float32Array[]>, seen: Extremes): void {
  for (const [name, parts] of Object.entries(found)) {
    const extreme = name.startsWith('lowest/') ? Math.min : Math.max;
    seen[name] ??= [];
    seen[name].push(Array.from(parts[0]!, (_, c) => extreme(...parts.map((part) => part[c]!))));
  }
}

function rangesOf(seen: Extremes): NetRanges {
  const layers = Object.keys(seen).flatMap((name) => (name.startsWith('lowest/') ? [name.slice(7)] : []));
  return Object.fromEntries(
    layers.map((layer) => {
      const [low, high] = [seen[`lowest/${layer}`]!, seen[`highest/${layer}`]!];
      const channel = (rows: number[][], c: number) => rows.map((row) => row[c]!);
      // What goes straight to the outputs is not one of many.
      const share = layer.endsWith('/straight') ? 1 : SHARE;
      const range = (c: number): ChannelRange => [
        precise(quantile(channel(low, c), 1 - share)),
        precise(quantile(channel(high, c), share)),
      ];
      return [layer, low[0]!.map((_, c) => range(c))];
    }),
  );
}

function precise(value: number): number {
  return Number(value.toPrecision(4));
}
