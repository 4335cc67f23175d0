import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { docker, dockerJson, dockerLines } from './docker.ts';

/** Secrets by the names docker-stack.yml gives them, without stack and version. */
const SECRETS = ['rabbitmq_bot_password', 'rabbitmq_estimator_password', 'redis_password', 'graylog_password_secret'];
const root = fileURLToPath(new URL('../../../..', import.meta.url));

export interface Task {
  id: string;
  node: string;
  container: string;
  running: boolean;
}

export interface Stack {
  name: string;
  /** Values of its secrets. */
  secrets: string[];
  nodes: { id: string; hostname: string }[];
  /** The node of this Docker client; state and sandbox are there. */
  here: string;
  /** Deploys the stack, or deploys it again with further files and variables. */
  deploy(overlays?: string[], env?: Record<string, string>): Promise<void>;
  service(name: string): string;
  /** The tasks that should run. */
  tasks(name: string): Promise<Task[]>;
  /** Ids of the containers of a service on the node of this Docker client, those that run or also those that have ended. */
  containers(name: string, which?: 'ended too'): Promise<string[]>;
  /** What a shell command in a container of the service prints; undefined if that has ended meanwhile, as one too many does. */
  askContainer(name: string, container: string, command: string): Promise<string | undefined>;
  /** Waits until all services run as many tasks as they should, healthy. Throws after `limitMs`, and says which don't. */
  untilHealthy(limitMs: number): Promise<void>;
  scale(estimators: number): Promise<void>;
  /** How many tasks the service should have. */
  wanted(name: string): Promise<number>;
  remove(): Promise<void>;
  /** What of it is still on the swarm or on this node. */
  left(): Promise<string[]>;
}

export interface StackOptions {
  name: string;
  /** Port of this machine by which the sandbox is spoken to. */
  port: number;
  env: Record<string, string>;
}

/** A stack of its own name beside whatever runs on the swarm. Throws if DOCKER_HOST leads to no manager. */
export async function prepareStack({ name, port, env }: StackOptions): Promise<Stack> {
  const swarm = await dockerJson<{ LocalNodeState: string; ControlAvailable: boolean; NodeID: string }>(
    'info',
    '-f',
    '{{json .Swarm}}',
  );
  if (!swarm.ControlAvailable) {
    throw new Error('DOCKER_HOST leads to no manager of a swarm. Set it to one, or run `docker swarm init` there.');
  }
  const here = swarm.NodeID;
  const listed = await dockerLines('node', 'ls', '--format', '{{.ID}} {{.Hostname}} {{.Status}}');
  const nodes = listed
    .map((line) => line.split(' ') as [string, string, string])
    .filter(([, , status]) => status === 'Ready')
    .map(([id, hostname]) => ({ id, hostname }));

  const token = `1000001:${randomBytes(24).toString('hex')}`;
  const values = new Map([
    [`bot_token`, token],
    ...SECRETS.map((secret) => [secret, randomBytes(32).toString('hex')] as const),
  ]);
  values.set('graylog_root_password_sha2', randomBytes(32).toString('hex'));
  const deployEnv = {
    ...env,
    STACK: name,
    // The label of a stack that is really used stays what it is.
    STATE_NODE: `node.id == ${here}`,
    LOGS_NODE: `node.id == ${here}`,
    CHECK_NODE: here,
    SANDBOX_NAMES: `sandbox:8080,127.0.0.1:${port}`,
    ESTIMATOR_REPLICAS: '2',
    GRAYLOG_REPLICAS: '0',
    MONGODB_REPLICAS: '0',
    OPENSEARCH_REPLICAS: '0',
    GRAYLOG_URL: '',
    PHOTO_STORE: nodes.length > 1 ? 'message' : 'volume',
  };
  const ofStack = ['--filter', `label=com.docker.stack.namespace=${name}`];
  const service = (short: string) => `${name}_${short}`;

  const stack: Stack = {
    name,
    secrets: [...values.values()],
    nodes,
    here,
    service,

    async deploy(overlays = [], more = {}) {
      const there = await dockerLines('secret', 'ls', '--format', '{{.Name}}');
      for (const [secret, value] of values) {
        const full = `${name}_${secret}_1`;
        if (!there.includes(full)) await docker(['secret', 'create', full, '-'], { input: value });
      }
      const files = ['docker-stack.yml', 'packages/checks/src/swarm-check/sandbox.yml', ...overlays];
      // The images are on the nodes; no registry need know them.
      const args = [
        'stack',
        'deploy',
        '--resolve-image',
        'never',
        ...files.flatMap((file) => ['-c', `${root}${file}`]),
      ];
      await docker([...args, name], { env: { ...deployEnv, ...more } });
    },

    async tasks(short) {
      const ids = await dockerLines('service', 'ps', '-q', '--no-trunc', '-f', 'desired-state=running', service(short));
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
    },

    async containers(short, which) {
      const label = `label=com.docker.swarm.service.name=${service(short)}`;
      return await dockerLines('ps', '-q', '--no-trunc', ...(which ? ['-a'] : []), '--filter', label);
    },

    async askContainer(short, container, command) {
      try {
        return await docker(['exec', container, 'sh', '-c', command]);
      } catch (error) {
        if ((await stack.containers(short)).includes(container)) throw error;
        return undefined;
      }
    },

    async untilHealthy(limitMs) {
      const end = Date.now() + limitMs;
      for (;;) {
        const services = await dockerLines('service', 'ls', ...ofStack, '--format', '{{.Name}} {{.Replicas}}');
        const lacking = services.filter((line) => {
          const [, running, wanted] = /(\d+)\/(\d+)/.exec(line) ?? [];
          return running !== wanted;
        });
        const updating = await dockerLines(
          'service',
          'inspect',
          ...services.map((line) => line.split(' ')[0]!),
          '-f',
          '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{else}}none{{end}}',
        );
        if (lacking.length === 0 && !updating.some((state) => /(updating|rollback_started)/.test(state))) return;
        if (Date.now() > end)
          throw new Error(`not healthy within ${limitMs / 1000} s: ${lacking.join(', ') || updating}`);
        await sleep(1_000);
      }
    },

    async scale(estimators) {
      await docker(['service', 'scale', '--detach', `${service('estimator')}=${estimators}`]);
      await stack.untilHealthy(180_000);
    },

    async wanted(short) {
      return Number(await docker(['service', 'inspect', service(short), '-f', '{{.Spec.Mode.Replicated.Replicas}}']));
    },

    async remove() {
      await docker(['stack', 'rm', name]).catch(() => {});
      const end = Date.now() + 120_000;
      const containers = () => dockerLines('ps', '-aq', ...ofStack);
      while ((await containers()).length > 0 && Date.now() < end) await sleep(1_000);
      const volumes = await dockerLines('volume', 'ls', '-q', ...ofStack);
      for (const volume of volumes) await docker(['volume', 'rm', '-f', volume]).catch(() => {});
      const secrets = await dockerLines('secret', 'ls', '--format', '{{.Name}}', '--filter', `name=${name}_`);
      for (const secret of secrets) await docker(['secret', 'rm', secret]).catch(() => {});
      // Networks go once their last task has gone, on every node.
      while ((await dockerLines('network', 'ls', '-q', ...ofStack)).length > 0 && Date.now() < end) await sleep(1_000);
    },

    async left() {
      const what: [string, string[]][] = [
        ['service', await dockerLines('service', 'ls', '-q', ...ofStack)],
        ['container', await dockerLines('ps', '-aq', ...ofStack)],
        ['network', await dockerLines('network', 'ls', '-q', ...ofStack)],
        ['config', await dockerLines('config', 'ls', '-q', '--filter', `name=${name}_`)],
        ['secret', await dockerLines('secret', 'ls', '-q', '--filter', `name=${name}_`)],
        ['volume', await dockerLines('volume', 'ls', '-q', ...ofStack)],
      ];
      return what.flatMap(([kind, ids]) => (ids.length === 0 ? [] : [`${ids.length} ${kind}(s)`]));
    },
  };
  return stack;
}
