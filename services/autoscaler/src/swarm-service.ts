import { RetryableError } from '@attrai/contracts/errors';
import Docker from 'dockerode';

export interface SwarmService {
  /** Tasks it should have; undefined during an update or a rollback, which scaling would disturb. */
  replicas(): Promise<number | undefined>;
  /** Throws RetryableError if somebody else changed the service meanwhile, or Docker does not answer. */
  scaleTo(replicas: number): Promise<void>;
}

interface Spec {
  Mode?: { Replicated?: { Replicas?: number } };
}

/** A replicated service of the swarm that the manager behind `socketPath` leads. */
export function connectService(socketPath: string, name: string): SwarmService {
  const docker = new Docker({ socketPath, timeout: 10_000 });
  const service = docker.getService(name);

  async function look(): Promise<{ version: number; spec: Spec; updating: boolean; replicas: number }> {
    const seen = await asked(() => service.inspect());
    const replicas = seen.Spec?.Mode?.Replicated?.Replicas;
    if (replicas === undefined) {
      throw new RetryableError('not_replicated', `SCALED_SERVICE ${name} is no replicated service`);
    }
    const updating = ['updating', 'paused', 'rollback_started', 'rollback_paused'].includes(seen.UpdateStatus?.State);
    return { version: seen.Version.Index, spec: seen.Spec, updating, replicas };
  }

  return {
    async replicas() {
      const { updating, replicas } = await look();
      return updating ? undefined : replicas;
    },
    async scaleTo(replicas) {
      const { version, spec, updating } = await look();
      if (updating) throw new RetryableError('service_updating', `${name} is being updated`);
      const scaled = { ...spec, Mode: { Replicated: { ...spec.Mode?.Replicated, Replicas: replicas } } };
      await asked(() => service.update({ ...scaled, version }));
    },
  };
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const message = `Docker refused or does not answer: ${(cause as Error).message}. See DOCKER_SOCKET and SCALED_SERVICE.`;
    throw new RetryableError('docker_unavailable', message, { cause });
  }
}
