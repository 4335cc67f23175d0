import { readFile } from 'node:fs/promises';
import { FatalError, FinalError } from '@attrai/contracts/errors';
import type { InferenceSession } from 'onnxruntime-node';
import { align, cropBox } from '../align/align.ts';
import type { Detection } from '../detect/onet.ts';
import { loadKernels } from '../kernels/kernels.ts';
import type { Mips } from '../mips.ts';
import { openSession } from '../onnx.ts';
import { blocksTensor, takesBlocks } from './blocks.ts';
import { batchTensor, dimensions } from './input.ts';
import { parseScorerMetadata, type ScorerInput } from './metadata.ts';
import { readMetadataProps } from './metadata-props.ts';
import { toScale } from './scale.ts';

/** Faces scored in one run: beyond 8 a face gets no cheaper. */
const BATCH = 8;

/** Gives faces their score; see `loadScorer`. */
export interface Scorer {
  /** The pictures of the faces as the model wants them: RGB, size × size × 3 bytes each, one after another. */
  cutChips(mips: Mips, faces: readonly Detection[]): Uint8Array;
  /** Scores of such pictures, 0 to 10, not rounded. One call at a time. Throws FinalError `no_score` where the model gives none. */
  score(chips: Uint8Array): Promise<number[]>;
  close(): Promise<void>;
}

/**
 * Opens a scorer model: any ONNX file from a batch of faces to one number each, which says in its metadata_props how it
 * wants them and what its number means (score/metadata.ts).
 * Throws FatalError `scorer_unusable` with what to change in the file.
 */
export async function loadScorer(path: string, threads: number): Promise<Scorer> {
  const { input, scale } = await readMetadata(path);
  const session = await openSession(path, { threads, varyingShapes: true });
  const [name] = session.inputNames;
  const bytes = input.size ** 2 * 3;
  const kernels = takesBlocks(input) ? loadKernels() : undefined;

  async function run(chips: Uint8Array, from: number, count: number): Promise<number[]> {
    const faces = kernels ? blocksTensor(input, chips, from, count, kernels) : batchTensor(input, chips, from, count);
    const results = await session.run({ [name!]: faces });
    const raw = results[session.outputNames[0]!]!.data as Float32Array;
    const views = input.mirror ? 2 : 1;
    if (raw.length !== count * views)
      throw noScore(`${raw.length} numbers for ${count * views} faces: make it one a face`);
    const odd = raw.find((value) => !Number.isFinite(value));
    if (odd !== undefined) throw noScore(`${odd} for a face: check mean and std in its metadata, or use another`);
    return Array.from({ length: count }, (_, i) => mean(raw.subarray(i * views, (i + 1) * views)));
  }

  try {
    checkSignature(session, input);
    await run(new Uint8Array(bytes), 0, 1);
  } catch (cause) {
    await session.release();
    throw unusable(path, cause);
  }

  return {
    cutChips(mips, faces) {
      const chips = new Uint8Array(faces.length * bytes);
      faces.forEach(({ box, landmarks }, i) => {
        if (input.crop.by === 'landmarks') align(mips, landmarks, input.size, chips, i * bytes);
        else cropBox(mips, box, input.crop.margin, input.size, chips, i * bytes);
      });
      return chips;
    },
    async score(chips) {
      const count = chips.length / bytes;
      const scores: number[] = [];
      for (let from = 0; from < count; from += BATCH) {
        for (const raw of await run(chips, from, Math.min(BATCH, count - from))) scores.push(toScale(scale, raw));
      }
      return scores;
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
  if (inputMetadata.length !== 1 || outputMetadata.length !== 1) {
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
