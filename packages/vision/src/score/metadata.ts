import { z } from 'zod';
import { type GuardRule, guardRule } from './signs.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * `attrai.input` in a scorer model's metadata: how its one input wants a batch of faces. The layouts are [N, size, size, 3] (NHWC),
 * [N, 3, size, size] (NCHW) and [N, size / 2, size / 2, 12] (blocks). Blocks have the pixels of 2×2 side by side: upper left, upper
 * right, lower left, lower right; an int8 net reads them faster.
 */
export const scorerInput = z
  .strictObject({
    layout: z.enum(['NHWC', 'NCHW', 'blocks']),
    /** uint8: the pixels 0 to 255 as they are. float32: (pixel - mean) / std. */
    type: z.enum(['uint8', 'float32']),
    /** Side of the square picture of a face, pixels. */
    size: z.int().min(8).max(1024),
    channels: z.enum(['RGB', 'BGR']).default('RGB'),
    /** Per channel, in the order of `channels`, on the 0 to 255 scale; for float32 only. */
    mean: triple.default([0, 0, 0]),
    std: triple.refine((values) => values.every((value) => value > 0), 'must be above 0').default([1, 1, 1]),
    /**
     * How the face is cut out:
     * - landmarks: turned, scaled and moved so that eyes, nose and mouth lie where dlib's face nets expect them
     * - box: the square around its box, widened on each side by `margin` of its side
     */
    crop: z
      .discriminatedUnion('by', [
        z.strictObject({ by: z.literal('landmarks') }),
        z.strictObject({ by: z.literal('box'), margin: z.number().min(0).max(1) }),
      ])
      .default({ by: 'landmarks' }),
    /** Whether the mirror image is scored too; the mean of both is taken then. */
    mirror: z.boolean().default(true),
    /**
     * Several pictures of each face, cut by the landmarks, instead of one and its mirror image. The model takes them one after
     * another, [N × views, ...], and gives one number a face. `padding` is the room around the face, as a share of its own frame.
     */
    views: z
      .array(z.strictObject({ padding: z.number().min(0).max(2), mirrored: z.boolean() }))
      .min(1)
      .max(8)
      .optional(),
  })
  .refine(({ layout, size }) => layout !== 'blocks' || size % 2 === 0, {
    path: ['size'],
    message: 'must be even for blocks',
  })
  .refine(({ views, mirror, crop }) => views === undefined || (!mirror && crop.by === 'landmarks'), {
    path: ['views'],
    message: 'go with "mirror": false and a crop by landmarks',
  });

export type ScorerInput = z.infer<typeof scorerInput>;

/**
 * `attrai.scale`: knots [raw, score] that map the model's raw output to 0 to 10, by rising raw value. Linear between the knots, constant
 * outside.
 */
const scorerScale = z.strictObject({
  knots: z
    .array(z.tuple([z.number(), z.number().min(0).max(10)]))
    .min(2)
    .refine(
      (knots) => knots.every(([raw], i) => i === 0 || raw > knots[i - 1]![0]),
      'raw values must rise from knot to knot',
    ),
});

export type ScorerScale = z.infer<typeof scorerScale>;

/** Maps a model's raw output to 0 to 10: linear between the knots, constant outside them. */
export function toScale({ knots }: ScorerScale, raw: number): number {
  const next = knots.findIndex(([at]) => raw < at);
  if (next === 0) return knots[0]![1];
  if (next === -1) return knots.at(-1)![1];
  const [x1, y1] = knots[next - 1]!;
  const [x2, y2] = knots[next]!;
  return y1 + ((raw - x1) / (x2 - x1)) * (y2 - y1);
}

/** Keys of the model file's metadata_props. */
export const INPUT_KEY = 'attrai.input';
export const SCALE_KEY = 'attrai.scale';
/** Only the project's own model has it. */
export const GUARD_KEY = 'attrai.guard';

/** To copy: the metadata of a model that takes pictures as ImageNet nets do and gives scores from 0 to 10. */
const EXAMPLE = `${INPUT_KEY} = {"layout":"NCHW","type":"float32","size":224,"mean":[123.7,116.3,103.5],"std":[58.4,57.1,57.4],"crop":{"by":"box","margin":0.2}} and ${SCALE_KEY} = {"knots":[[0,0],[10,10]]}`;

/** What a scorer model says about itself. */
export interface ScorerMetadata {
  input: ScorerInput;
  scale: ScorerScale;
  /** Of a model that gives signs as well. */
  guard: GuardRule | undefined;
}

/** Checks a model's metadata_props. Throws an Error that says what to write instead. */
export function parseScorerMetadata(props: ReadonlyMap<string, string>): ScorerMetadata {
  return {
    input: parse(props, INPUT_KEY, scorerInput),
    scale: parse(props, SCALE_KEY, scorerScale),
    guard: props.has(GUARD_KEY) ? parse(props, GUARD_KEY, guardRule) : undefined,
  };
}

function parse<T>(props: ReadonlyMap<string, string>, key: string, schema: z.ZodType<T>): T {
  const text = props.get(key);
  if (text === undefined) {
    throw new Error(`its metadata_props lack ${key}. Add both keys to the file, for example: ${EXAMPLE}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${key} in its metadata_props is not JSON. For example: ${EXAMPLE}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${[key, ...path].join('.')}: ${message}`);
  throw new Error(`${faults.join('; ')}. For example: ${EXAMPLE}`);
}
