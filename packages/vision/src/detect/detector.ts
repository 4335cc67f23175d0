import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { Mips } from '../mips.ts';
import { openSession } from '../onnx.ts';
import { multipliesBytes } from '../processor.ts';
import { boxBack, pointBack, turned, type View } from '../turned.ts';
import { type DetectStage, type Landmarks, longerSide, MIN_FACE, type Point } from '../vision.ts';
import { type Detection, decide } from './onet.ts';
import { makePyramid, propose } from './pnet.ts';
import { refine } from './rnet.ts';
import { type SettledFace, settle } from './settle.ts';

/** Called when a stage is done. */
type OnStage = (stage: DetectStage) => void;

/** The quarter turns in which a photo is searched again. All are tried, so their order does not matter. */
const QUARTERS = [1, 2, 3] as const;

/** The probability above which a candidate is kept, net by net. */
export interface Thresholds {
  pnet: number;
  rnet: number;
  onet: number;
  /** For O-Net's last look, when the landmarks have settled. */
  settled: number;
  /** For O-Net's first look. A face that reaches it is kept whatever the last look says, with its first landmarks. */
  first: number;
  /**
   * For O-Net's last look. If no face reaches it, the photo is searched again turned by 90°, 180° and 270°, and faces found there must
   * reach it. Left out: no photo is turned.
   */
  turned?: number;
}

/**
 * The thresholds of the published cascade, for comparison with the reference. P-Net's is 0.6 there; that gives R-Net a quarter more
 * candidates for the same faces.
 */
export const REFERENCE_THRESHOLDS: Thresholds = { pnet: 0.7, rnet: 0.7, onet: 0.7, settled: 0, first: 1 };

/**
 * For faces that are shown and scored.
 * - settled: O-Net's first probability depends on the candidate. It was 0.77 to 0.94 for three true faces and for four false ones of
 *   1,132. At the last look true faces have 0.99 and more, false ones 0.57 and less.
 * - first: the last look may lose a face that the photo's edge cuts or another face covers. Of 2,840 faces cut by 20 to 45%, half of
 *   them tilted by 10 to 35°, 48% are found with this threshold and 16% without. In 6,071 photos 37 candidates had 0.97 at first and
 *   less than 0.95 later: 36 were faces. In 4,929 pictures without a face it adds no box.
 * - turned: in 4,929 pictures without a face it adds no box; 0.95 added two. Of 1,570 photos turned by 90° or 270°, 99.4% are found the
 *   right way up. Of those turned by 180° it is 93%: the others have a false face above this threshold as they came.
 */
export const SHOWN_THRESHOLDS: Thresholds = { ...REFERENCE_THRESHOLDS, settled: 0.95, first: 0.98, turned: 0.98 };

export interface DetectorOptions {
  /** Folder with P-Net and R-Net, in float32 and in int8, and onet.onnx. */
  modelsDir: string;
  /** Longer side of the smallest face to find, photo pixels; a box may come out somewhat smaller. Half of it costs four times the P-Net. Default 40. */
  minFace?: number;
  /** Default SHOWN_THRESHOLDS. */
  thresholds?: Thresholds;
  /** Default 1. */
  threads?: number;
}

/**
 * Finds faces by MTCNN, a cascade of three nets (Zhang et al. 2016, "Joint Face Detection and Alignment using Multi-task Cascaded
 * Convolutional Networks"), with the rounding of its widely used PyTorch port.
 *
 * It finds upright faces: most of those tilted by 30 to 45°, none from 60° on.
 */
export class Detector {
  readonly #pnet: InferenceSession;
  readonly #rnet: InferenceSession;
  readonly #onet: InferenceSession;
  readonly #minFace: number;
  readonly #thresholds: Thresholds;

  private constructor(
    [pnet, rnet, onet]: readonly [InferenceSession, InferenceSession, InferenceSession],
    { minFace = MIN_FACE, thresholds = SHOWN_THRESHOLDS }: DetectorOptions,
  ) {
    this.#pnet = pnet;
    this.#rnet = rnet;
    this.#onet = onet;
    this.#minFace = minFace;
    this.#thresholds = thresholds;
  }

  /** @throws FatalError `model_unusable` */
  static async open(options: DetectorOptions): Promise<Detector> {
    const settings = { threads: options.threads ?? 1, varyingShapes: true };
    const open = (net: string) => openSession(join(options.modelsDir, `${net}.onnx`), settings);
    const kind = multipliesBytes() ? '-int8' : '';
    return new Detector(await Promise.all([open(`pnet${kind}`), open(`rnet${kind}`), open('onet')]), options);
  }

  /**
   * The faces of a photo, in photo pixels, in no special order. Their boxes may reach over the photo's edges. If the photo came turned,
   * they are turned as well.
   */
  async detect(mips: Mips, onStage: OnStage = () => {}): Promise<SettledFace[]> {
    const upright = await this.#look(mips, onStage);
    const { turned: least, settled } = this.#thresholds;
    if (least === undefined || this.#above(least, upright).length > 0) return upright;

    let best = upright;
    let most = evidence(this.#above(settled, upright));
    for (const quarters of QUARTERS) {
      const view = turned(mips, quarters);
      const found = this.#above(least, await this.#look(view, onStage));
      if (evidence(found) <= most) continue;
      most = evidence(found);
      best = found.map((face) => faceBack(view, face));
    }
    return best;
  }

  async close(): Promise<void> {
    await Promise.all([this.#pnet.release(), this.#rnet.release(), this.#onet.release()]);
  }

  async #look(view: View, onStage: OnStage): Promise<SettledFace[]> {
    const { pnet, rnet, onet } = this.#thresholds;
    const levels = makePyramid(view, this.#minFace);
    onStage('pyramid');
    const proposed = await propose(this.#pnet, view, levels, pnet);
    onStage('pnet');
    const refined = await refine(this.#rnet, view, proposed, rnet);
    onStage('rnet');
    const settled = await settle(this.#onet, view, await decide(this.#onet, view, refined, onet));
    onStage('onet');
    return keep(settled, this.#thresholds);
  }

  /** The faces of full size whose last probability is above `least`. */
  #above(least: number, faces: readonly SettledFace[]): SettledFace[] {
    return faces.filter(({ box, probability }) => probability > least && longerSide(box) >= this.#minFace);
  }
}

/** The faces to keep, each with the landmarks of the look that was sure of it. */
function keep(faces: readonly SettledFace[], { settled, first }: Thresholds): SettledFace[] {
  return faces.flatMap((face) => {
    if (face.probability > settled) return [face];
    return face.first.probability >= first ? [{ ...face, landmarks: face.first.landmarks }] : [];
  });
}

/**
 * The evidence that a photo belongs this way up: the sum of probabilities. Taking the first orientation with a face would be wrong for one
 * in nine photos turned by 90°, since O-Net often takes an upside-down face for a face, with a lower probability.
 */
function evidence(faces: readonly SettledFace[]): number {
  return faces.reduce((sum, { probability }) => sum + probability, 0);
}

function faceBack(view: View, face: SettledFace): SettledFace {
  return { ...face, ...detectionBack(view, face), first: detectionBack(view, face.first) };
}

/** Landmarks count from the middle of a pixel, boxes from its edge. */
function detectionBack(view: View, { box, landmarks, probability }: Detection): Detection {
  const back = ([x, y]: Point): Point => {
    const [backX, backY] = pointBack(view, [x + 0.5, y + 0.5]);
    return [backX - 0.5, backY - 0.5];
  };
  return { probability, box: boxBack(view, box), landmarks: landmarks.map(back) as Landmarks };
}
