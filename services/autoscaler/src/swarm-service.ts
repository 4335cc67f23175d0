import { RetryableError } from '@attrai/contracts/errors';
import Docker from 'dockerode';

interface Spec {
  Mode?: { Replicated?: { Replicas?: number } };
}

const BUSY_STATES = ['updating', 'paused', 'rollback_started', 'rollback_paused'];

/** A replicated service of the swarm whose manager listens on `socketPath`. Methods throw RetryableError. */
export class SwarmService {
  readonly #name: string;
  readonly #service: Docker.Service;

  constructor(socketPath: string, name: string) {
    this.#name = name;
    this.#service = new Docker({ socketPath, timeout: 10_000 }).getService(name);
  }

  /** The number of tasks it should have; undefined during an update or a rollback, which scaling would disturb. */
  async replicas(): Promise<number | undefined> {
    const { updating, replicas } = await this.#look();
    return updating ? undefined : replicas;
  }

  /** Also throws if somebody else has changed the service meanwhile. */
  async scaleTo(replicas: number): Promise<void> {
    const { version, spec, updating } = await this.#look();
    if (updating) throw new RetryableError('service_updating', `${this.#name} is being updated`);
    const scaled = { ...spec, Mode: { Replicated: { ...spec.Mode?.Replicated, Replicas: replicas } } };
    await asked(() => this.#service.update({ ...scaled, version }));
  }

  async #look(): Promise<{ version: number; spec: Spec; updating: boolean; replicas: number }> {
    const seen = await asked(() => this.#service.inspect());
    const replicas = seen.Spec?.Mode?.Replicated?.Replicas;
    if (replicas === undefined) {
      throw new RetryableError('not_replicated', `SCALED_SERVICE ${this.#name} is no replicated service`);
    }
    const updating = BUSY_STATES.includes(seen.UpdateStatus?.State);
    return { version: seen.Version.Index, spec: seen.Spec, updating, replicas };
  }
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const message = `Docker refused or does not answer: ${(cause as Error).message}. See DOCKER_SOCKET and SCALED_SERVICE.`;
    throw new RetryableError('docker_unavailable', message, { cause });
  }
}
