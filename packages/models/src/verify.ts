import { FatalError } from '@attrai/contracts/errors';
import '@attrai/vision/no-telemetry';
import ort, { type InferenceSession } from 'onnxruntime-node';
import { VIEWS } from './nets/views.ts';

/** The size, in the trial, of a side that the file leaves free. */
const FREE_SIDE = 24;

/** Loads a model and runs it once, on as many grey pictures as a face has views. @throws FatalError `model_broken` */
export async function verifyModel(file: string, bytes: Uint8Array): Promise<void> {
  const session = await openSession(bytes).catch((cause: unknown) => {
    throw new FatalError('model_broken', `ONNX Runtime can't load the ${file} just built.`, { cause });
  });
  try {
    const outputs = await session.run(Object.fromEntries(session.inputMetadata.map(greyInput)));
    for (const [name, { data }] of Object.entries(outputs)) {
      if (data.length === 0 || !(data as Float32Array).every(Number.isFinite)) {
        throw new FatalError('model_broken', `Output ${name} of the ${file} just built is empty or not finite.`);
      }
    }
  } finally {
    await session.release();
  }
}

/** Opens a session with one thread, which does not spin when it is idle. */
export function openSession(model: Uint8Array | string): Promise<InferenceSession> {
  return ort.InferenceSession.create(model as string, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

function greyInput(input: InferenceSession.ValueMetadata): [string, ort.Tensor] {
  if (!input.isTensor || input.type !== 'uint8')
    throw new FatalError('model_broken', `Input ${input.name} is not uint8.`);
  const shape = input.shape.map((side, axis) =>
    typeof side === 'number' ? side : axis === 0 ? VIEWS.length : FREE_SIDE,
  );
  const pixels = new Uint8Array(shape.reduce((a, b) => a * b, 1)).fill(128);
  return [input.name, new ort.Tensor('uint8', pixels, shape)];
}
