import { readFile } from 'node:fs/promises';
import { FatalError, FinalError } from '@attrai/contracts/errors';
import type { InferenceSession } from 'onnxruntime-node';
import { align, cropBox, type View } from '../align/align.ts';
import type { Detection } from '../detect/onet.ts';
import { loadKernels } from '../kernels/kernels.ts';
import type { Mips } from '../mips.ts';
import { openSession } from '../onnx.ts';
import { blocksTensor, takesBlocks } from './blocks.ts';
import { batchTensor, dimensions } from './input.ts';
import { parseScorerMetadata, type ScorerInput, type ScorerScale } from './metadata.ts';
import { readMetadataProps } from './metadata-props.ts';
import { toScale } from './scale.ts';
import type { GuardRule, Signs } from './signs.ts';

/** Faces scored in one run. More than 8 are not faster per face. */
const BATCH = 8;

/** Gives faces their score; see `loadScorer`. */
export interface Scorer {
  /** How the model's signs are used; undefined where it tells none. */
  guard: GuardRule | undefined;
  /** The pictures of the faces as the model wants them: RGB, size × size × 3 bytes each, view after view and face after face. */
  cutChips(mips: Mips, faces: readonly Detection[]): Uint8Array;
  /** The model's output for such pictures, face by face. One call at a time. Throws FinalError `no_score` if it is not a number. */
  read(chips: Uint8Array): Promise<Reading[]>;
  close(): Promise<void>;
}

/** A model's output for one face. */
export interface Reading {
  /** 0 to 10, not rounded. */
  score: number;
  /** Distance of ten between the highest and the lowest score of the face's views; 0 if the model gives one score only. */
  disagreement: number;
  signs: Signs | undefined;
}

/** Outputs that a model may have besides its first: the score of each view [N, views], and the signs [N, 3]. */
const VIEW_SCORES = 'views';
const SIGNS = 'signs';

/**
 * Opens a scorer model: any ONNX file from a batch of faces to one number each, which says in its metadata_props how it
 * wants them and what its number means (score/metadata.ts).
 * Throws FatalError `scorer_unusable` with what to change in the file.
 */
export async function loadScorer(path: string, threads: number): Promise<Scorer> {
  const { input, scale, guard } = await readMetadata(path);
  const session = await openSession(path, { threads, varyingShapes: true });
  const [name] = session.inputNames;
  const chipBytes = input.size ** 2 * 3;
  const views: readonly Omit<View, 'side'>[] = input.views ?? [{}];
  const bytes = chipBytes * views.length;
  const kernels = takesBlocks(input) ? loadKernels() : undefined;

  async function run(chips: Uint8Array, from: number, count: number): Promise<Reading[]> {
    const [first, pictures] = [from * views.length, count * views.length];
    const faces = kernels
      ? blocksTensor(input, chips, first, pictures, kernels)
      : batchTensor(input, chips, first, pictures);
    const results = await session.run({ [name!]: faces });
    const raw = results[session.outputNames[0]!]!.data as Float32Array;
    const each = input.mirror ? 2 : 1;
    if (raw.length !== count * each)
      throw noScore(`${raw.length} numbers for ${count * each} faces: make it one a face`);
    const odd = raw.find((value) => !Number.isFinite(value));
    if (odd !== undefined) throw noScore(`${odd} for a face: check mean and std in its metadata, or use another`);
    const ofViews = results[VIEW_SCORES]?.data as Float32Array | undefined;
    const signs = results[SIGNS]?.data as Float32Array | undefined;
    return Array.from({ length: count }, (_, i) => ({
      score: toScale(scale, mean(raw.subarray(i * each, (i + 1) * each))),
      disagreement: ofViews ? range(ofViews.subarray(i * views.length, (i + 1) * views.length), scale) : 0,
      signs: signs && { adulthood: signs[3 * i]!, glasses: signs[3 * i + 1]!, cover: signs[3 * i + 2]! },
    }));
  }

  try {
    checkSignature(session, input);
    await run(new Uint8Array(bytes), 0, 1);
  } catch (cause) {
    await session.release();
    throw unusable(path, cause);
  }

  return {
    guard,
    cutChips(mips, faces) {
      const chips = new Uint8Array(faces.length * bytes);
      faces.forEach(({ box, landmarks }, i) => {
        const at = i * bytes;
        if (input.crop.by === 'box') {
          cropBox(mips, box, { margin: input.crop.margin, side: input.size }, chips.subarray(at));
          return;
        }
        views.forEach((view, v) => {
          align(mips, landmarks, { side: input.size, ...view }, chips.subarray(at + v * chipBytes));
        });
      });
      return chips;
    },
    async read(chips) {
      const count = chips.length / bytes;
      const readings: Reading[] = [];
      for (let from = 0; from < count; from += BATCH) {
        readings.push(...(await run(chips, from, Math.min(BATCH, count - from))));
      }
      return readings;
    },
    close: () => session.release(),
  };
}

async function readMetadata(path: string) {
  try {
    return parseScorerMetadata(readMetadataProps(await readFile(path)));
  } catch (cause) {
    throw unusable(path, cause);
  }
}

/** One input of the shape and type that the metadata promises, one output. */
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

/** Between the highest and the lowest, on the ten-point scale. */
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
