import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { botConfig } from '@attrai/bot/config';
import { describe, expect, test } from 'vitest';
import { OVERLAYS, STACK, type StackFile, text, yaml } from './stack-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stack = yaml<StackFile>(STACK);

describe('overlays', () => {
  const each = OVERLAYS.map((path) => yaml<StackFile>(path));
  const networks = Object.assign({}, stack.networks, ...each.map((overlay) => overlay.networks ?? {}));

  test('publish a port in host mode, of a service on a network that is not internal: Docker leaves out others', () => {
    const publishing = each.flatMap(({ services = {} }) => Object.entries(services)).filter(([, { ports }]) => ports);
    expect(publishing.map(([name]) => name).sort()).toEqual(['bot', 'graylog']);
    for (const [name, { ports, networks: joined = [] }] of publishing) {
      expect(ports, name).toEqual([expect.objectContaining({ mode: 'host', protocol: 'tcp' })]);
      const all = [...stack.services[name]!.networks, ...joined];
      expect(
        all.some((network) => !networks[network].internal),
        name,
      ).toBe(true);
      // The old task has to let go of the port.
      expect(stack.services[name]!.deploy.update_config.order).toBe('stop-first');
    }
  });

  test('bring updates to the port on which the bot listens for them', () => {
    const { bot } = yaml<StackFile>('deploy/stack/webhook.yml').services;
    const listensOn = botConfig.shape.WEBHOOK_PORT.parse(undefined);
    expect(bot!.ports).toEqual([expect.objectContaining({ target: listensOn })]);
    expect(text('deploy/README.md')).toContain(`reverse_proxy 127.0.0.1:${listensOn}`);
  });

  test('let metrics be read by who joins their network, which leads nowhere else', () => {
    const metrics = yaml<StackFile>('deploy/stack/metrics.yml');
    expect(metrics.networks.metrics).toEqual({ driver: 'overlay', internal: true, attachable: true });
    for (const name of ['bot', 'estimator']) {
      const added = { environment: { HEALTH_HOST: '0.0.0.0' }, networks: ['metrics'] };
      expect(metrics.services[name], name).toEqual(added);
      // What the operators' README has for Prometheus.
      expect(text(`Dockerfile.${name}`)).toContain('HEALTH_PORT=9080');
      expect(text('deploy/README.md')).toContain(`tasks.attrai_${name}`);
    }
    expect(text('deploy/README.md')).toContain('port: 9080');
  });

  test('encrypt every network between services, and change nothing else of it', () => {
    const encrypted = yaml<StackFile>('deploy/stack/encrypted.yml').networks;
    const plain = each.filter((overlay) => overlay.networks?.bus === undefined);
    const before = Object.assign({}, stack.networks, ...plain.map((overlay) => overlay.networks ?? {}));
    const internal = Object.entries<{ internal?: boolean }>(before).filter(([, network]) => network.internal);
    expect(internal.length).toBeGreaterThan(4);
    for (const [name, network] of internal) {
      expect(encrypted[name], name).toEqual({ ...network, driver_opts: { encrypted: 'true' } });
    }
  });

  test('are told of in the operators’ README, and only those that are there', () => {
    const told = [...text('deploy/README.md').matchAll(/deploy\/stack\/[\w-]+\.yml/g)].map(([path]) => path);
    expect([...new Set(told)].sort()).toEqual([...OVERLAYS].sort());
  });
});

const run = promisify(execFile);
const noDocker = await run('docker', ['stack', 'config', '--help']).then(
  () => false,
  () => true,
);

test.skipIf(noDocker)(
  `docker stack config takes the stack with all overlays${noDocker ? ' (skipped: no docker with that command)' : ''}`,
  async () => {
    const files = [STACK, ...OVERLAYS].flatMap((path) => ['-c', path]);
    const { stdout } = await run('docker', ['stack', 'config', ...files], { cwd: root });
    expect(stdout).toContain('autoscaler:');
  },
);
