import { join } from 'node:path';
import { longerSide } from '../longer-side.ts';
import type { Mips } from '../mips.ts';
import { openSession } from '../onnx.ts';
import { multipliesBytes } from '../processor.ts';
import { boxBack, pointBack, turned, type View } from '../turned.ts';
import type { Landmarks, Point } from '../vision.ts';
import { type Detection, decide } from './onet.ts';
import { makePyramid, propose } from './pnet.ts';
import { refine } from './rnet.ts';
import { type SettledFace, settle } from './settle.ts';
import type { OnStage } from './stages.ts';

/** Quarter turns in which a photo is looked at again. All are tried, so their order does not matter. */
const QUARTERS = [1, 2, 3] as const;

/** Probability above which a candidate is kept, net by net. */
export interface Thresholds {
  pnet: number;
  rnet: number;
  onet: number;
  /** Of O-Net's last look, when the landmarks have settled. */
  settled: number;
  /** Of O-Net's first look: such a face is kept whatever the last look gives, with its first landmarks. */
  first: number;
  /**
   * Of O-Net's last look. If no face reaches it, the photo is searched again turned by 90°, 180° and 270°, and faces found there must
   * reach it. Left out: no photo is turned.
   */
  turned?: number;
}

/**
 * Those of the published cascade, for comparison with the reference. P-Net's is 0.6 there, which gives R-Net a quarter more
 * candidates for the same faces.
 */
export const REFERENCE_THRESHOLDS: Thresholds = { pnet: 0.7, rnet: 0.7, onet: 0.7, settled: 0, first: 1 };

/**
 * For faces that are shown and scored.
 * - settled: O-Net's first probability depends on the candidate: 0.77 to 0.94 for three true faces as for four spurious ones of 1,132.
 *   Looked at again, the faces have 0.99 and more, the others 0.57 and less.
 * - first: a face that the photo's edge cuts, or another face covers, may be lost when looked at again. Of 2,840 faces cut by 20 to 45%,
 *   half of them tilted by 10 to 35°, 48% are found with it and 16% without. 37 candidates of 6,071 photos had 0.97 at first and not
 *   0.95 later: 36 were faces. In 4,929 pictures without a face it shows no other box.
 * - turned: in 4,929 pictures without a face it shows nothing, where 0.95 showed two boxes in pictures like them. Of 1,570 photos turned by
 *   90° or 270° 99.4% are found the right way up; of those turned by 180°, 93%: the others have a false face, with more than this, the way they came.
 */
export const SHOWN_THRESHOLDS: Thresholds = {
  ...REFERENCE_THRESHOLDS,
  settled: 0.95,
  first: 0.98,
  turned: 0.98,
};

/** Finds faces; see `loadDetector`. */
export interface Detector {
  /**
   * Faces of a photo (`makeMips(pixels)`) in photo pixels, in no special order. They may reach over the photo's edges, and in a photo
   * that came turned they are turned as well.
   */
  detect(mips: Mips, onStage?: OnStage): Promise<SettledFace[]>;
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
 *
 * It finds upright faces: most at 30 to 45°, none from 60° on.
 */
export async function loadDetector({ modelsDir, minFace, thresholds, threads }: DetectorOptions): Promise<Detector> {
  const settings = { threads, varyingShapes: true };
  const open = (net: string) => openSession(join(modelsDir, `${net}.onnx`), settings);
  const kind = multipliesBytes() ? '-int8' : '';
  const [pnet, rnet, onet] = await Promise.all([open(`pnet${kind}`), open(`rnet${kind}`), open('onet')]);

  async function look(view: View, onStage: OnStage): Promise<SettledFace[]> {
    const levels = makePyramid(view, minFace);
    onStage('pyramid');
    const proposed = await propose(pnet, view, levels, thresholds.pnet);
    onStage('pnet');
    const refined = await refine(rnet, view, proposed, thresholds.rnet);
    onStage('rnet');
    const faces = keep(await settle(onet, view, await decide(onet, view, refined, thresholds.onet)), thresholds);
    onStage('onet');
    return faces;
  }

  /** Faces of full size that settled with more than this. */
  function above(least: number, faces: readonly SettledFace[]): SettledFace[] {
    return faces.filter(({ box, probability }) => probability > least && longerSide(box) >= minFace);
  }

  return {
    async detect(mips, onStage = () => {}) {
      const upright = await look(mips, onStage);
      const { turned: least, settled } = thresholds;
      if (least === undefined || above(least, upright).length > 0) return upright;

      let best = upright;
      let most = evidence(above(settled, upright));
      for (const quarters of QUARTERS) {
        const view = turned(mips, quarters);
        const found = above(least, await look(view, onStage));
        if (evidence(found) <= most) continue;
        most = evidence(found);
        best = found.map((face) => faceBack(view, face));
      }
      return best;
    },
    async close() {
      await Promise.all([pnet.release(), rnet.release(), onet.release()]);
    },
  };
}

/** The faces to keep, each with the landmarks of the look that was sure of it. */
function keep(faces: readonly SettledFace[], { settled, first }: Thresholds): SettledFace[] {
  return faces.flatMap((face) => {
    if (face.probability > settled) return [face];
    return face.first.probability >= first ? [{ ...face, landmarks: face.first.landmarks }] : [];
  });
}

/**
 * The evidence for this orientation of a photo: the sum of probabilities. To take the first orientation with a face would be wrong for
 * one in nine photos turned by 90°: O-Net often takes an upside-down face for a face, with a lower probability.
 */
function evidence(faces: readonly SettledFace[]): number {
  return faces.reduce((sum, { probability }) => sum + probability, 0);
}

function faceBack(view: View, face: SettledFace): SettledFace {
  return { ...face, ...detectionBack(view, face), first: detectionBack(view, face.first) };
}

/** Landmarks are counted from the middle of pixels, boxes from their edges. */
function detectionBack(view: View, { box, landmarks, probability }: Detection): Detection {
  const back = ([x, y]: Point): Point => {
    const [backX, backY] = pointBack(view, [x + 0.5, y + 0.5]);
    return [backX - 0.5, backY - 0.5];
  };
  return { probability, box: boxBack(view, box), landmarks: landmarks.map(back) as Landmarks };
}
