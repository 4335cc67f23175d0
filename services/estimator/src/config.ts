import {
  AMQP_TLS,
  AMQP_URL,
  GRAYLOG_URL,
  HEALTH_HOST,
  HEALTH_PORT,
  LOG_LEVEL,
  PHOTO_DIR,
  PHOTO_STORE,
} from '@attrai/config/common-variables';
import type { VisionOptions } from '@attrai/vision/load-vision';
import { z } from 'zod';

/** Settings of the pipeline, shared with the one-process mode. */
export const visionVariables = {
  MODELS_DIR: z.string().default('.models').describe('folder of the ONNX files that `pnpm models build` makes'),
  SCORER_MODEL: z
    .string()
    .optional()
    .describe('ONNX file of your own that scores chips in place of the built-in scorer; its metadata tell how'),
  MIN_FACE: z.coerce
    .number('expected pixels, 20 to 1000')
    .int()
    .min(20)
    .max(1_000)
    .default(40)
    .describe(
      'smallest face looked for, in pixels of the photo as it is estimated; 20 finds more and takes twice as long',
    ),
  MAX_SIDE: z.coerce
    .number('expected pixels, 320 to 4096')
    .int()
    .min(320)
    .max(4_096)
    .default(1_280)
    .describe('longer side to which larger photos are reduced before faces are looked for, in pixels'),
  PHOTO_TIMEOUT_SECONDS: z.coerce
    .number('expected seconds, 1 to 300')
    .int()
    .min(1)
    .max(300)
    .default(30)
    .describe('a process that works on one photo for longer is stuck and kills itself, to be started anew'),
};

/** Options for `loadVision`. */
export function visionOptions(
  { MODELS_DIR, SCORER_MODEL, MIN_FACE, MAX_SIDE }: z.output<z.ZodObject<typeof visionVariables>>,
  threads: number,
): VisionOptions {
  return {
    modelsDir: MODELS_DIR,
    ...(SCORER_MODEL && { scorerModel: SCORER_MODEL }),
    minFace: MIN_FACE,
    maxSide: MAX_SIDE,
    threads,
  };
}

export const estimatorConfig = z.object({
  AMQP_URL,
  ...AMQP_TLS,
  PHOTO_STORE,
  PHOTO_DIR,
  ...visionVariables,
  GRAYLOG_URL,
  LOG_LEVEL,
  HEALTH_HOST,
  HEALTH_PORT,
});
