import { inRepository } from '../harness/repository.ts';
import { within } from '../harness/within.ts';
import { docker, dockerJson, dockerLines } from './docker.ts';
import { makeSecrets, stackVariables } from './stack-settings.ts';

interface Task {
  id: string;
  node: string;
  container: string;
  running: boolean;
}

export interface Node {
  id: string;
  hostname: string;
}

const SCALED_WITHIN_MS = 180_000;
const REMOVED_WITHIN_MS = 120_000;

/** docker-stack.yml with the sandbox in Telegram's place, under its own name beside other stacks. */
export class Stack {
  readonly name: string;
  readonly nodes: Node[];
  /** Id of the node of this Docker client, with RabbitMQ, Redis and sandbox. */
  readonly here: string;
  readonly #secrets = makeSecrets();
  readonly #variables: Record<string, string>;
  readonly #ofStack: string[];

  private constructor(name: string, nodes: Node[], here: string, port: number) {
    this.name = name;
    this.nodes = nodes;
    this.here = here;
    this.#variables = stackVariables(name, here, port, nodes.length);
    this.#ofStack = ['--filter', `label=com.docker.stack.namespace=${name}`];
  }

  /** Reads the nodes of the swarm. Throws if DOCKER_HOST is no manager. */
  static async prepare(name: string, port: number): Promise<Stack> {
    const swarm = await dockerJson<{ ControlAvailable: boolean; NodeID: string }>('info', '-f', '{{json .Swarm}}');
    if (!swarm.ControlAvailable) {
      throw new Error('DOCKER_HOST is no manager of a swarm. Set it to a manager, or run `docker swarm init` there.');
    }
    const listed = await dockerLines('node', 'ls', '--format', '{{.ID}} {{.Hostname}} {{.Status}}');
    const nodes = listed
      .map((line) => line.split(' ') as [string, string, string])
      .filter(([, , status]) => status === 'Ready')
      .map(([id, hostname]) => ({ id, hostname }));
    return new Stack(name, nodes, swarm.NodeID, port);
  }

  get secrets(): string[] {
    return [...this.#secrets.values()];
  }

  service(name: string): string {
    return `${this.name}_${name}`;
  }

  /** Deploys the stack, or updates it with more stack files and variables. */
  async deploy(overlays: string[] = [], variables: Record<string, string> = {}): Promise<void> {
    const there = await dockerLines('secret', 'ls', '--format', '{{.Name}}');
    for (const [secret, value] of this.#secrets) {
      const full = `${this.name}_${secret}_1`;
      if (!there.includes(full)) await docker(['secret', 'create', full, '-'], { input: value });
    }
    const files = ['docker-stack.yml', 'packages/checks/src/swarm-check/sandbox.yml', ...overlays];
    const named = files.flatMap((file) => ['-c', inRepository(file)]);
    // The images are on the nodes, and perhaps in no registry.
    await docker(['stack', 'deploy', '--resolve-image', 'never', ...named, this.name], {
      env: { ...this.#variables, ...variables },
    });
  }

  /** The tasks of a service that should run. */
  async tasks(name: string): Promise<Task[]> {
    const running = ['-f', 'desired-state=running'];
    const ids = await dockerLines('service', 'ps', '-q', '--no-trunc', ...running, this.service(name));
    if (ids.length === 0) return [];
    const tasks = await dockerJson<
      { ID: string; NodeID: string; Status: { State: string; ContainerStatus?: { ContainerID?: string } } }[]
    >('inspect', '--type', 'task', ...ids);
    return tasks.map(({ ID, NodeID, Status }) => ({
      id: ID,
      node: NodeID,
      container: Status.ContainerStatus?.ContainerID ?? '',
      running: Status.State === 'running',
    }));
  }

  /** Ids of the running containers of a service on this node, or also of ended ones. */
  async containers(name: string, which?: 'ended too'): Promise<string[]> {
    const label = `label=com.docker.swarm.service.name=${this.service(name)}`;
    return await dockerLines('ps', '-q', '--no-trunc', ...(which ? ['-a'] : []), '--filter', label);
  }

  /** Output of a shell command in a container; undefined if the container has ended meanwhile. */
  async askContainer(name: string, container: string, command: string): Promise<string | undefined> {
    try {
      return await docker(['exec', container, 'sh', '-c', command]);
    } catch (error) {
      if ((await this.containers(name)).includes(container)) throw error;
      return undefined;
    }
  }

  /** Waits until all tasks of all services are healthy. After `limitMs`, throws an Error with the problems. */
  async untilHealthy(limitMs: number): Promise<void> {
    let problems: string[] = [];
    const isHealthy = async () => {
      problems = await this.#notHealthy();
      return problems.length === 0;
    };
    if (await within(limitMs, isHealthy, 1_000)) return;
    throw new Error(`not healthy within ${limitMs / 1000} s: ${problems.join(', ')}`);
  }

  async scale(estimators: number): Promise<void> {
    await docker(['service', 'scale', '--detach', `${this.service('estimator')}=${estimators}`]);
    await this.untilHealthy(SCALED_WITHIN_MS);
  }

  async wanted(name: string): Promise<number> {
    return Number(await docker(['service', 'inspect', this.service(name), '-f', '{{.Spec.Mode.Replicated.Replicas}}']));
  }

  async remove(): Promise<void> {
    await docker(['stack', 'rm', this.name]).catch(() => {});
    const areGone = async (...list: string[]) => (await dockerLines(...list, ...this.#ofStack)).length === 0;
    await within(REMOVED_WITHIN_MS, () => areGone('ps', '-aq'), 1_000);
    const volumes = await dockerLines('volume', 'ls', '-q', ...this.#ofStack);
    for (const volume of volumes) await docker(['volume', 'rm', '-f', volume]).catch(() => {});
    const secrets = await dockerLines('secret', 'ls', '--format', '{{.Name}}', '--filter', `name=${this.name}_`);
    for (const secret of secrets) await docker(['secret', 'rm', secret]).catch(() => {});
    // Networks end after their last task on any node.
    await within(REMOVED_WITHIN_MS, () => areGone('network', 'ls', '-q'), 1_000);
  }

  /** Remains of the stack on the swarm or on this node, in words. */
  async left(): Promise<string[]> {
    const byName = ['--filter', `name=${this.name}_`];
    const what: [string, string[]][] = [
      ['service', await dockerLines('service', 'ls', '-q', ...this.#ofStack)],
      ['container', await dockerLines('ps', '-aq', ...this.#ofStack)],
      ['network', await dockerLines('network', 'ls', '-q', ...this.#ofStack)],
      ['config', await dockerLines('config', 'ls', '-q', ...byName)],
      ['secret', await dockerLines('secret', 'ls', '-q', ...byName)],
      ['volume', await dockerLines('volume', 'ls', '-q', ...this.#ofStack)],
    ];
    return what.flatMap(([kind, ids]) => (ids.length === 0 ? [] : [`${ids.length} ${kind}(s)`]));
  }

  /** Services without all their tasks, and states of updates. */
  async #notHealthy(): Promise<string[]> {
    const services = await dockerLines('service', 'ls', ...this.#ofStack, '--format', '{{.Name}} {{.Replicas}}');
    const lacking = services.filter((line) => {
      const [, running, wanted] = /(\d+)\/(\d+)/.exec(line) ?? [];
      return running !== wanted;
    });
    const names = services.map((line) => line.split(' ')[0]!);
    const format = '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{else}}none{{end}}';
    const states = await dockerLines('service', 'inspect', ...names, '-f', format);
    return [...lacking, ...states.filter((state) => /(updating|rollback_started)/.test(state))];
  }
}
