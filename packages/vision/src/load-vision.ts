import { join } from 'node:path';
import { FatalError } from '@attrai/contracts/errors';
import { AgeNet } from './age/age-net.ts';
import { judgeFaces } from './age/judge-faces.ts';
import type { WhoIsScored } from './age/who-is-scored.ts';
import { confidenceOf, signalsOf } from './confidence.ts';
import { loadDetector, SHOWN_THRESHOLDS } from './detect/detector.ts';
import type { SettledFace } from './detect/settle.ts';
import { drawFaces } from './draw/draw-faces.ts';
import { encodeJpeg } from './draw/encode.ts';
import { loadGlyphs } from './draw/glyphs.ts';
import { loadKernels } from './kernels/kernels.ts';
import { longerSide } from './longer-side.ts';
import { makeMips, photoOf } from './mips.ts';
import { decodePhoto } from './photo/decode.ts';
import { restrictSharp } from './photo/restrict-sharp.ts';
import { giveBack } from './pixels.ts';
import { multipliesBytes } from './processor.ts';
import { inRows } from './reading-order.ts';
import { loadScorer, type Scorer } from './score/scorer.ts';
import type { GuardRule } from './score/signs.ts';
import { startStopwatch } from './stopwatch.ts';
import {
  type Estimate,
  type Face,
  type Landmarks,
  MAX_SIDE,
  MIN_FACE,
  type Point,
  type Scored,
  type Vision,
  type VisionInSteps,
} from './vision.ts';

export interface VisionOptions {
  /** Folder with the nets, as "pnpm models build" makes them: P-Net, R-Net and scorer in float32 and in bytes (-int8), O-Net and age net. */
  modelsDir: string;
  /** A model that scores in place of the one in `modelsDir`. score/metadata.ts says what its metadata must contain. */
  scorerModel?: string;
  /** Longer side of the smallest face reported, in pixels of the photo after its reduction to `maxSide`. Default 40. */
  minFace?: number;
  /** Photos are reduced to this longer side, pixels, before anything else. Default 1280. */
  maxSide?: number;
  /** Threads inside one operator of a net. Default 1: more processes do more than more threads. */
  threads?: number;
}

/**
 * Loads the nets of the whole pipeline: photo bytes in; boxes, landmarks, scores and the drawn picture out.
 * Sets up sharp for the whole process, which can then decode only JPEG, PNG and WebP.
 * Throws FatalError `model_unusable` or `scorer_unusable`.
 */
export async function loadVision(options: VisionOptions): Promise<Vision> {
  const { modelsDir, scorerModel, minFace = MIN_FACE, maxSide = MAX_SIDE, threads = 1 } = options;
  restrictSharp();
  const kernels = loadKernels();
  const glyphs = await loadGlyphs();
  const own = await loadOwnModel(modelsDir, threads);
  const other = scorerModel === undefined ? undefined : await loadScorer(scorerModel, threads);
  const ageNet = await AgeNet.open(modelsDir, threads);
  const detector = await loadDetector({ modelsDir, minFace, thresholds: SHOWN_THRESHOLDS, threads });

  const vision: VisionInSteps = {
    async decode(photo) {
      const stopwatch = startStopwatch();
      const decoded = await decodePhoto(photo, maxSide);
      stopwatch.lap('decode');
      const { ms, cpuMs } = stopwatch.read();
      return { ...decoded, ms: ms.decode, cpuMs: cpuMs.decode };
    },
    async look(
      { pixels, width, height, ms, cpuMs },
      { adultsConfirmed = false, decimalComma = false } = {},
    ): Promise<Estimate> {
      const stopwatch = startStopwatch({ ms, cpuMs });
      const mips = makeMips(pixels, kernels);
      giveBack(pixels);
      const detected = await detector.detect(mips, stopwatch.lap);
      const rows = inRows(detected.filter(({ box }) => longerSide(box) >= minFace));
      const detections = rows.flatMap((faces, row) => faces.map((face) => ({ ...face, row })));
      if (detections.length === 0) return { width, height, faces: [], picture: undefined, ...stopwatch.read() };

      const chips = own.cutChips(mips, detections);
      stopwatch.lap('align');
      const readings = await own.read(chips);
      stopwatch.lap('score');
      const askYears = (faces: readonly number[]) =>
        ageNet.estimate(
          mips,
          faces.map((i) => detections[i]!),
        );
      const who = await judgeFaces(
        readings.map(({ signs }) => signs!),
        askYears,
        own.guard,
      );
      stopwatch.lap('age');
      const isScored = (i: number) => who[i] === 'adult' || (who[i] === 'unsure' && adultsConfirmed);
      const adults = detections.filter((_, i) => isScored(i));
      const others = (await other?.read(other.cutChips(mips, adults)))?.values();
      if (other) stopwatch.lap('score');
      const found = detections.map((detection, i) => {
        if (!isScored(i)) return toFace(detection, who[i]!);
        const reading = { ...readings[i]!, ...(others && { score: others.next().value!.score }) };
        return toFace(detection, reading.score, confidenceOf(signalsOf(detection, mips.photo, reading.disagreement)));
      });
      drawFaces(mips, found, glyphs, decimalComma);
      stopwatch.lap('draw');
      const drawn = photoOf(mips);
      const picture = encodeJpeg(drawn);
      stopwatch.lap('encode');
      const faces = found.map((face) => resize(face, width / drawn.width, height / drawn.height));
      return { width, height, faces, picture, ...stopwatch.read() };
    },
    async close() {
      await Promise.all([own.close(), other?.close(), ageNet.close(), detector.close()]);
    },
  };
  return { ...vision, estimate: async (photo, options) => vision.look(await vision.decode(photo), options) };
}

/**
 * The project's own model, which tells who may be scored as well as the scores.
 *
 * @throws FatalError `scorer_unusable`
 */
export async function loadOwnModel(modelsDir: string, threads: number): Promise<Scorer & { guard: GuardRule }> {
  const path = join(modelsDir, multipliesBytes() ? 'scorer-int8.onnx' : 'scorer.onnx');
  const scorer = await loadScorer(path, threads);
  const { guard } = scorer;
  if (guard !== undefined) return { ...scorer, guard };
  throw new FatalError('scorer_unusable', `${path} tells nothing about who may be scored: build it again.`);
}

/** @param score or why there is none */
function toFace(
  { box, row, landmarks, probability, first }: SettledFace & { row: number },
  score: number | WhoIsScored,
  confidence: Scored['confidence'] = 'low',
): Face {
  const face = { box, row, landmarks, detection: Math.max(probability, first.probability) };
  if (typeof score !== 'number') return { ...face, score: null, unscored: score === 'child' ? 'child' : 'unsure' };
  return { ...face, score: Math.round(score * 10) / 10, confidence };
}

/** A face in pixels of the upright original, to a hundredth: the nets are not more precise. */
function resize(face: Face, byX: number, byY: number): Face {
  const hundredths = (value: number) => Math.round(value * 100) / 100;
  const [x1, y1, x2, y2] = face.box;
  const point = ([x, y]: Point): Point => [hundredths(x * byX), hundredths(y * byY)];
  return {
    ...face,
    box: [hundredths(x1 * byX), hundredths(y1 * byY), hundredths(x2 * byX), hundredths(y2 * byY)],
    landmarks: face.landmarks.map(point) as Landmarks,
  };
}
