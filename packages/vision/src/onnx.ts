import { FatalError } from '@attrai/contracts/errors';
import { InferenceSession } from 'onnxruntime-node';
import './no-telemetry.ts';

interface SessionSettings {
  /** Threads inside one operator. Several processes with one thread each do more than one process with several threads. */
  threads: number;
  /** Whether the shape of inputs differs from call to call. If so, a memory plan per shape costs more than it saves. */
  varyingShapes: boolean;
}

/** Opens a model file. Open it once and keep the session: opening and releasing sessions leaks. Throws FatalError `model_unusable`. */
export async function openSession(path: string, settings: SessionSettings): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: settings.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      enableMemPattern: !settings.varyingShapes,
      logSeverityLevel: 3,
      // Idle threads that spin slow down the session that runs next.
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    const problem = `${path} is missing, or is no ONNX model that can be run: "pnpm models build" builds the project's own`;
    throw new FatalError('model_unusable', problem, { cause });
  }
}
