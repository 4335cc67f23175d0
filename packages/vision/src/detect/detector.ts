import { join } from 'node:path';
import type { Mips } from '../mips.ts';
import { openSession } from '../onnx.ts';
import { multipliesBytes } from '../processor.ts';
import type { Stage } from '../vision.ts';
import { type Detection, decide } from './onet.ts';
import { makePyramid, propose } from './pnet.ts';
import { refine } from './rnet.ts';
import { settle } from './settle.ts';

/** Probabilities above which a candidate goes on, net by net. */
export interface Thresholds {
  pnet: number;
  rnet: number;
  onet: number;
  /** Of O-Net once more, when the landmarks have settled. */
  settled: number;
}

/**
 * Those of the published cascade, with which our detections are held to the reference; but P-Net's is 0.6 there, which gives R-Net a
 * quarter more candidates for the same faces.
 */
export const REFERENCE_THRESHOLDS: Thresholds = { pnet: 0.7, rnet: 0.7, onet: 0.7, settled: 0 };

/**
 * For faces that are shown and scored. O-Net's first probability depends on the candidate: 0.77 to 0.94 for three true faces as for four
 * spurious ones of 1,132. Looked at again, the faces have 0.99 and more, the others 0.57 and less.
 */
export const SHOWN_THRESHOLDS: Thresholds = { ...REFERENCE_THRESHOLDS, settled: 0.95 };

/** Called when a stage of the work is done. */
export type OnStage = (stage: Stage) => void;

/** Finds faces; see `loadDetector`. */
export interface Detector {
  /** Faces of a photo (`makeMips(pixels)`) in photo pixels, in no special order. They may reach over the photo's edges. */
  detect(mips: Mips, onStage?: OnStage): Promise<Detection[]>;
  close(): Promise<void>;
}

export interface DetectorOptions {
  /** Folder with P-Net and R-Net, in float32 and in bytes (-int8), and onet.onnx. */
  modelsDir: string;
  /** Longer side of the smallest face looked for, in photo pixels; a box may come out somewhat smaller. Half of it costs four times the P-Net. */
  minFace: number;
  thresholds: Thresholds;
  threads: number;
}

/**
 * The three-net cascade MTCNN (Zhang et al. 2016, "Joint Face Detection and Alignment using Multi-task Cascaded
 * Convolutional Networks"), with the rounding of its widely used PyTorch port.
 */
export async function loadDetector({ modelsDir, minFace, thresholds, threads }: DetectorOptions): Promise<Detector> {
  const settings = { threads, varyingShapes: true };
  const open = (net: string) => openSession(join(modelsDir, `${net}.onnx`), settings);
  const kind = multipliesBytes() ? '-int8' : '';
  const [pnet, rnet, onet] = await Promise.all([open(`pnet${kind}`), open(`rnet${kind}`), open('onet')]);
  return {
    async detect(mips, onStage = () => {}) {
      const levels = makePyramid(mips, minFace);
      onStage('pyramid');
      const proposed = await propose(pnet, mips, levels, thresholds.pnet);
      onStage('pnet');
      const refined = await refine(rnet, mips, proposed, thresholds.rnet);
      onStage('rnet');
      const faces = await settle(onet, mips, await decide(onet, mips, refined, thresholds.onet));
      onStage('onet');
      return faces.filter(({ probability }) => probability > thresholds.settled);
    },
    async close() {
      await Promise.all([pnet.release(), rnet.release(), onet.release()]);
    },
  };
}
