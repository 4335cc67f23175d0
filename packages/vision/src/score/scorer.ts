import { readFile } from 'node:fs/promises';
import { FatalError, FinalError } from '@attrai/contracts/errors';
import type { InferenceSession } from 'onnxruntime-node';
import { align, cropBox, type View } from '../align/align.ts';
import type { Detection } from '../detect/onet.ts';
import { Kernels } from '../kernels/kernels.ts';
import type { Mips } from '../mips.ts';
import { openSession } from '../onnx.ts';
import { blocksTensor, takesBlocks } from './blocks.ts';
import { batchTensor, dimensions } from './input.ts';
import { parseScorerMetadata, type ScorerInput, type ScorerMetadata, type ScorerScale, toScale } from './metadata.ts';
import { readMetadataProps } from './metadata-props.ts';
import type { GuardRule, Signs } from './signs.ts';

/** Faces scored in one run. More than 8 are not faster per face. */
const BATCH = 8;

/** A model's output for one face. */
export interface Reading {
  /** 0 to 10, not rounded. */
  score: number;
  /** Highest minus lowest score of the face's views, points of ten; 0 if the model gives one score only. */
  disagreement: number;
  signs: Signs | undefined;
}

/** Outputs that a model may have besides its first: the score of each view [N, views], and the signs [N, 3]. */
const VIEW_SCORES = 'views';
const SIGNS = 'signs';

/**
 * A scorer model: any ONNX file that takes a batch of faces and gives one number a face. Its metadata_props say how it wants the faces,
 * and how its number becomes a score (score/metadata.ts).
 */
export class Scorer {
  readonly #session: InferenceSession;
  readonly #input: ScorerInput;
  readonly #scale: ScorerScale;
  readonly #views: readonly Omit<View, 'side'>[];
  /** Undefined for a model that takes no blocks. */
  readonly #kernels: Kernels | undefined;
  /** How to use the model's signs; undefined if it gives none. */
  readonly guard: GuardRule | undefined;

  private constructor(session: InferenceSession, { input, scale, guard }: ScorerMetadata) {
    this.#session = session;
    this.#input = input;
    this.#scale = scale;
    this.#views = input.views ?? [{}];
    this.#kernels = takesBlocks(input) ? new Kernels() : undefined;
    this.guard = guard;
  }

  /** Opens a model file and tries it on one black picture. Throws FatalError `scorer_unusable` with what to change in the file. */
  static async open(path: string, threads: number): Promise<Scorer> {
    const metadata = await readMetadata(path);
    const session = await openSession(path, { threads, varyingShapes: true });
    const scorer = new Scorer(session, metadata);
    try {
      checkSignature(session, metadata.input);
      await scorer.read(new Uint8Array(scorer.#faceBytes));
    } catch (cause) {
      await session.release();
      throw unusable(path, cause);
    }
    return scorer;
  }

  get #faceBytes(): number {
    return this.#views.length * this.#input.size ** 2 * 3;
  }

  /** Cuts the faces out as the model wants them: RGB, size × size × 3 bytes each, face after face, and of each face view after view. */
  cutChips(mips: Mips, faces: readonly Detection[]): Uint8Array {
    const { size: side, crop } = this.#input;
    const chips = new Uint8Array(faces.length * this.#faceBytes);
    faces.forEach(({ box, landmarks }, i) => {
      const own = chips.subarray(i * this.#faceBytes);
      if (crop.by === 'box') cropBox(mips, box, { margin: crop.margin, side }, own);
      else
        for (const [v, view] of this.#views.entries())
          align(mips, landmarks, { side, ...view }, own.subarray(v * side ** 2 * 3));
    });
    return chips;
  }

  /** The model's output for such chips, face by face. One call at a time. Throws FinalError `no_score` if the model gives no number. */
  async read(chips: Uint8Array): Promise<Reading[]> {
    const readings: Reading[] = [];
    const bytes = BATCH * this.#faceBytes;
    for (let at = 0; at < chips.length; at += bytes)
      readings.push(...(await this.#run(chips.subarray(at, at + bytes))));
    return readings;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  async #run(chips: Uint8Array): Promise<Reading[]> {
    const session = this.#session;
    const faces = this.#kernels ? blocksTensor(this.#input, chips, this.#kernels) : batchTensor(this.#input, chips);
    const results = await session.run({ [session.inputNames[0]!]: faces });
    const raw = results[session.outputNames[0]!]!.data as Float32Array;
    const count = chips.length / this.#faceBytes;
    const each = this.#input.mirror ? 2 : 1;
    if (raw.length !== count * each)
      throw noScore(`${raw.length} numbers for ${count * each} faces: make it one a face`);
    const odd = raw.find((value) => !Number.isFinite(value));
    if (odd !== undefined) throw noScore(`${odd} for a face: check mean and std in its metadata, or use another`);
    const viewScores = results[VIEW_SCORES]?.data as Float32Array | undefined;
    const signs = results[SIGNS]?.data as Float32Array | undefined;
    const views = this.#views.length;
    return Array.from({ length: count }, (_, i) => ({
      score: toScale(this.#scale, mean(raw.subarray(i * each, (i + 1) * each))),
      disagreement: viewScores ? range(viewScores.subarray(i * views, (i + 1) * views), this.#scale) : 0,
      signs: signs && { adulthood: signs[3 * i]!, glasses: signs[3 * i + 1]!, cover: signs[3 * i + 2]! },
    }));
  }
}

async function readMetadata(path: string): Promise<ScorerMetadata> {
  try {
    return parseScorerMetadata(readMetadataProps(await readFile(path)));
  } catch (cause) {
    throw unusable(path, cause);
  }
}

/** The model must have one input of the shape and type that its metadata promises, and one output. */
function checkSignature({ inputMetadata, outputMetadata }: InferenceSession, input: ScorerInput): void {
  const [only] = inputMetadata;
  const further = outputMetadata.slice(1).filter((output) => output.name !== VIEW_SCORES && output.name !== SIGNS);
  if (inputMetadata.length !== 1 || outputMetadata.length === 0 || further.length > 0) {
    throw new Error(`it has ${inputMetadata.length} inputs and ${outputMetadata.length} outputs: make it one of each`);
  }
  if (!only?.isTensor || only.type !== input.type) {
    throw new Error(`its input is ${only?.isTensor ? only.type : 'no tensor'}, attrai.input.type says ${input.type}`);
  }
  const wanted = dimensions(input);
  const [faces, ...rest] = only.shape;
  if (rest.length !== 3 || rest.some((side, i) => fixed(side) && side !== wanted[i])) {
    throw new Error(`its input is [${only.shape}], attrai.input says [N,${wanted}]`);
  }
  if (fixed(faces)) {
    throw new Error(`its input takes exactly ${faces} face(s): export it with a free first dimension`);
  }
  const [output] = outputMetadata;
  if (!output?.isTensor || output.type !== 'float32') throw new Error('its output must be float32, one number a face');
}

/** Free dimensions are names, or numbers below 1. */
function fixed(side: number | string | undefined): boolean {
  return typeof side === 'number' && side > 0;
}

/** Highest minus lowest, on the ten-point scale. */
function range(raw: Float32Array, scale: ScorerScale): number {
  const scores = Array.from(raw, (value) => toScale(scale, value));
  return Math.max(...scores) - Math.min(...scores);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function noScore(gave: string): FinalError {
  return new FinalError('no_score', `the scorer gave ${gave}`);
}

function unusable(path: string, cause: unknown): FatalError {
  const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  const reason = missing
    ? 'there is no such file; the project\'s own is built by "pnpm models build"'
    : (cause as Error).message;
  return new FatalError('scorer_unusable', `${path} can't be used as a scorer model: ${reason}`, { cause });
}
