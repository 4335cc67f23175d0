import { FatalError } from '@attrai/contracts/errors';
import { InferenceSession } from 'onnxruntime-node';
import './no-telemetry.ts';

/** Settings of a session. */
export interface SessionSettings {
  /** Threads inside one operator. More processes of one thread each do more than one process of many. */
  threads: number;
  /** Whether inputs differ in shape from call to call. A memory plan per shape would then cost more than it saves. */
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
    throw new FatalError(
      'model_unusable',
      `${path} is missing or no ONNX model that can be run: the project's own are built by "pnpm models build"`,
      {
        cause,
      },
    );
  }
}
