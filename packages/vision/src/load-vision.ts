import { join } from 'node:path';
import { FatalError } from '@attrai/contracts/errors';
import { AgeNet } from './age/age-net.ts';
import { judgeFaces, type WhoIsScored } from './age/who-is-scored.ts';
import { confidenceOf, signalsOf } from './confidence.ts';
import { Detector } from './detect/detector.ts';
import type { SettledFace } from './detect/settle.ts';
import { drawFaces } from './draw/draw-faces.ts';
import { encodeJpeg } from './draw/encode.ts';
import { Glyphs } from './draw/glyphs.ts';
import { Kernels } from './kernels/kernels.ts';
import { type Mips, makeMips, photoOf } from './mips.ts';
import { decodePhoto } from './photo/decode.ts';
import { restrictSharp } from './photo/restrict-sharp.ts';
import { giveBack } from './pixels.ts';
import { multipliesBytes } from './processor.ts';
import { inRows } from './reading-order.ts';
import { Scorer } from './score/scorer.ts';
import type { GuardRule } from './score/signs.ts';
import { Stopwatch } from './stopwatch.ts';
import {
  type Decoded,
  type Estimate,
  type Face,
  type Landmarks,
  type LookOptions,
  longerSide,
  MAX_SIDE,
  MIN_FACE,
  type Point,
  type Scored,
  type Vision,
} from './vision.ts';

export interface VisionOptions {
  /** Folder of the nets that "pnpm models build" makes. */
  modelsDir: string;
  /** A model that scores in place of the project's own. score/metadata.ts says what its metadata must contain. */
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
  return new Pipeline({
    minFace,
    maxSide,
    glyphs: await Glyphs.render(),
    own: await loadOwnModel(modelsDir, threads),
    other: scorerModel === undefined ? undefined : await Scorer.open(scorerModel, threads),
    ageNet: await AgeNet.open(modelsDir, threads),
    detector: await Detector.open({ modelsDir, minFace, threads }),
  });
}

type OwnModel = Scorer & { guard: GuardRule };

/** Opens the project's own model, which gives scores and also says who may be scored. @throws FatalError `scorer_unusable` */
export async function loadOwnModel(modelsDir: string, threads: number): Promise<OwnModel> {
  const path = join(modelsDir, multipliesBytes() ? 'scorer-int8.onnx' : 'scorer.onnx');
  const scorer = await Scorer.open(path, threads);
  if (scorer.guard !== undefined) return scorer as OwnModel;
  throw new FatalError('scorer_unusable', `${path} does not say who may be scored: build it again.`);
}

interface Parts {
  minFace: number;
  maxSide: number;
  glyphs: Glyphs;
  own: OwnModel;
  /** The user's scorer model, if there is one. */
  other: Scorer | undefined;
  ageNet: AgeNet;
  detector: Detector;
}

type PlacedFace = SettledFace & { row: number };

class Pipeline implements Vision {
  readonly #parts: Parts;
  readonly #kernels = new Kernels();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async estimate(photo: Buffer, options?: LookOptions): Promise<Estimate> {
    return this.look(await this.decode(photo), options);
  }

  async decode(photo: Buffer): Promise<Decoded> {
    const stopwatch = new Stopwatch();
    const decoded = await decodePhoto(photo, this.#parts.maxSide);
    stopwatch.lap('decode');
    const { ms, cpuMs } = stopwatch.read();
    return { ...decoded, ms: ms.decode, cpuMs: cpuMs.decode };
  }

  async look(photo: Decoded, { adultsConfirmed = false, decimalComma = false }: LookOptions = {}): Promise<Estimate> {
    const { pixels, width, height } = photo;
    const stopwatch = new Stopwatch(photo);
    const mips = makeMips(pixels, this.#kernels);
    giveBack(pixels);
    const detections = await this.#detect(mips, stopwatch);
    if (detections.length === 0) return { width, height, faces: [], picture: undefined, ...stopwatch.read() };
    const found = await this.#score(mips, detections, adultsConfirmed, stopwatch);
    drawFaces(mips, found, this.#parts.glyphs, decimalComma);
    stopwatch.lap('draw');
    const drawn = photoOf(mips);
    const picture = encodeJpeg(drawn);
    stopwatch.lap('encode');
    const faces = found.map((face) => resize(face, width / drawn.width, height / drawn.height));
    return { width, height, faces, picture, ...stopwatch.read() };
  }

  async close(): Promise<void> {
    const { own, other, ageNet, detector } = this.#parts;
    await Promise.all([own.close(), other?.close(), ageNet.close(), detector.close()]);
  }

  async #detect(mips: Mips, stopwatch: Stopwatch): Promise<PlacedFace[]> {
    const { detector, minFace } = this.#parts;
    const detected = await detector.detect(mips, (stage) => stopwatch.lap(stage));
    const rows = inRows(detected.filter(({ box }) => longerSide(box) >= minFace));
    return rows.flatMap((faces, row) => faces.map((face) => ({ ...face, row })));
  }

  async #score(
    mips: Mips,
    detections: readonly PlacedFace[],
    adultsConfirmed: boolean,
    stopwatch: Stopwatch,
  ): Promise<Face[]> {
    const { own, other, ageNet } = this.#parts;
    const chips = own.cutChips(mips, detections);
    stopwatch.lap('align');
    const readings = await own.read(chips);
    stopwatch.lap('score');
    const signs = readings.map((reading) => reading.signs!);
    const yearsOf = (faces: readonly number[]) =>
      ageNet.estimate(
        mips,
        faces.map((i) => detections[i]!),
      );
    const who = await judgeFaces(signs, yearsOf, own.guard);
    stopwatch.lap('age');
    const isScored = (i: number) => who[i] === 'adult' || (who[i] === 'unsure' && adultsConfirmed);
    const adults = detections.filter((_, i) => isScored(i));
    const others = (await other?.read(other.cutChips(mips, adults)))?.values();
    if (other) stopwatch.lap('score');
    return detections.map((detection, i) => {
      if (!isScored(i)) return toFace(detection, who[i]!);
      const { score, disagreement } = readings[i]!;
      const confidence = confidenceOf(signalsOf(detection, mips.photo, disagreement));
      return toFace(detection, others ? others.next().value!.score : score, confidence);
    });
  }
}

/** @param score a number, or why there is none */
function toFace(
  { box, row, landmarks, probability, first }: PlacedFace,
  score: number | WhoIsScored,
  confidence: Scored['confidence'] = 'low',
): Face {
  const face = { box, row, landmarks, detection: Math.max(probability, first.probability) };
  if (typeof score !== 'number') return { ...face, score: null, unscored: score === 'child' ? 'child' : 'unsure' };
  return { ...face, score: Math.round(score * 10) / 10, confidence };
}

/** Brings a face to pixels of the upright original, to a hundredth: the nets are not more precise. */
function resize(face: Face, byX: number, byY: number): Face {
  const hundredths = (value: number) => Math.round(value * 100) / 100;
  const point = ([x, y]: Point): Point => [hundredths(x * byX), hundredths(y * byY)];
  const [x1, y1, x2, y2] = face.box;
  return {
    ...face,
    box: [...point([x1, y1]), ...point([x2, y2])],
    landmarks: face.landmarks.map(point) as Landmarks,
  };
}
