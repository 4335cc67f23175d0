import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';
import type { Guard } from './guard.ts';
import { runCommand, serverProcess } from './run-process.ts';
import { waitUntil } from './wait-until.ts';

export interface RabbitmqProcessSpec {
  /** The path of `rabbitmq-server`; `rabbitmqctl` is beside it. */
  script: string;
  port: number;
  /** More lines of its rabbitmq.conf. */
  settings: string[];
  guard: Guard;
  answers(): Promise<boolean>;
}

/**
 * RabbitMQ from binaries of this machine. It shares nothing with any other: node name, cookie (in its own HOME), data, ports, and
 * epmd (Erlang's name server), which would otherwise stay behind as a daemon.
 */
export async function rabbitmqProcess(spec: RabbitmqProcessSpec) {
  const { guard } = spec;
  const [epmdPort, distPort] = [await freePort(), await freePort()];
  const env = await prepareFolder(spec, epmdPort, distPort);

  const epmd = serverProcess({
    name: 'epmd',
    command: 'epmd',
    args: ['-port', String(epmdPort), '-address', '127.0.0.1'],
    guard,
    answers: async () => true,
  });
  const node = serverProcess({ name: 'rabbitmq', command: spec.script, args: [], env, guard, answers: spec.answers });
  await epmd.start();

  return {
    ...node,
    async start() {
      // After a kill, epmd needs a moment to notice that the node's name is free again.
      const names = () => runCommand('epmd', ['-port', String(epmdPort), '-names']);
      await waitUntil('epmd still knows the node', async () => !(await names().catch(() => 'name ')).includes('name '));
      await node.start();
    },
    run: (tool: string, ...args: string[]) => runCommand(join(dirname(spec.script), tool), args, env),
  };
}

async function prepareFolder(spec: RabbitmqProcessSpec, epmdPort: number, distPort: number) {
  const folder = spec.guard.folder;
  await mkdir(join(folder, 'home'));
  await writeFile(join(folder, 'enabled_plugins'), '[].');
  await writeFile(
    join(folder, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${spec.port}`,
      'log.console = true',
      'log.console.level = warning',
      'log.file = false',
      'vm_memory_high_watermark.absolute = 500MB',
      'disk_free_limit.absolute = 50MB',
      'raft.wal_max_size_bytes = 32000000',
      ...spec.settings,
    ].join('\n'),
  );
  return {
    HOME: join(folder, 'home'),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `attrai-test-${randomBytes(4).toString('hex')}@localhost`,
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'rabbitmq.pid'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'config'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +A 4',
  };
}
