import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cutOut } from '@attrai/vision/detect/crops';
import { REFERENCE_THRESHOLDS } from '@attrai/vision/detect/detector';
import { makePyramid, propose } from '@attrai/vision/detect/pnet';
import { makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';
import { MIN_FACE } from '@attrai/vision/vision';
import ort from 'onnxruntime-node';
import { quantile } from 'simple-statistics';
import type { ChannelRange, MtcnnRanges, NetRanges } from '../nets/calibration.ts';
import { mtcnnRanges } from '../nets/ranges.ts';
import { openSession } from '../verify.ts';
import type { Weights } from '../weights/tfjs.ts';
import { collect, precise } from './face-pictures.ts';

const CROP_SIDE = 24;
/** This share of the photos stays within a range: rare outliers would make every other number coarser. */
const SHARE = 0.95;

/** The extremes of each channel by output of the net, photo after photo. */
type Extremes = Record<string, number[][]>;

/** Runs P-Net on the photos' pyramids, and R-Net on the crops that P-Net proposes, in float32. The same photos give the same result. */
export async function calibrateMtcnn(
  weights: Weights,
  files: readonly string[],
  modelsDir: string,
  onProgress: (done: number) => void = () => {},
): Promise<MtcnnRanges> {
  const [pnet, rnet, proposer] = await Promise.all([
    openSession(mtcnnRanges(weights, 'pnet')),
    openSession(mtcnnRanges(weights, 'rnet')),
    openSession(path.join(modelsDir, 'pnet.onnx')),
  ]);
  const [seenByPnet, seenByRnet]: [Extremes, Extremes] = [{}, {}];
  for (const [i, file] of files.entries()) {
    const mips = makeMips((await decodePhoto(await readFile(file))).pixels);
    const levels = makePyramid(mips, MIN_FACE);
    const found: Record<string, Float32Array[]> = {};
    for (const { pixels } of levels) await collect(pnet, picture(pixels.data, 1, pixels.height, pixels.width), found);
    record(found, seenByPnet);
    const { crops, inside } = cutOut(mips, await propose(proposer, mips, levels, REFERENCE_THRESHOLDS.pnet), CROP_SIDE);
    if (inside.length > 0) record(await collect(rnet, picture(crops, inside.length, CROP_SIDE, CROP_SIDE)), seenByRnet);
    onProgress(i + 1);
  }
  await Promise.all([pnet.release(), rnet.release(), proposer.release()]);
  return { pnet: rangesOf(seenByPnet), rnet: rangesOf(seenByRnet) };
}

function picture(data: Uint8Array, count: number, height: number, width: number) {
  return new ort.Tensor('uint8', data, [count, height, width, 3]);
}

/** Adds one photo's extremes, over all its levels. */
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
      // The straight part goes directly to the outputs: no number of it may be cut off.
      const share = layer.endsWith('/straight') ? 1 : SHARE;
      const end = (which: 'lowest' | 'highest', c: number, share: number) =>
        precise(
          quantile(
            seen[`${which}/${layer}`]!.map((row) => row[c]!),
            share,
          ),
          4,
        );
      const range = (c: number): ChannelRange => [end('lowest', c, 1 - share), end('highest', c, share)];
      return [layer, seen[`lowest/${layer}`]![0]!.map((_, c) => range(c))];
    }),
  );
}
