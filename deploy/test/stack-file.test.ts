import { describe, expect, test } from 'vitest';
import { OVERLAYS, STACK, type StackFile, variablesOf, yaml } from './stack-file.ts';

/** What `docker stack deploy` takes and heeds; it ignores some of the rest in silence, and refuses some. */
const HEEDED = {
  file: ['version', 'services', 'networks', 'volumes', 'secrets', 'configs'],
  service: [
    ['image', 'command', 'entrypoint', 'environment', 'hostname', 'user', 'read_only', 'init', 'ulimits', 'sysctls'],
    ['cap_add', 'cap_drop', 'secrets', 'configs', 'volumes', 'networks', 'ports', 'extra_hosts', 'dns', 'labels'],
    ['stop_grace_period', 'stop_signal', 'healthcheck', 'logging', 'deploy'],
  ].flat(),
  deploy: [
    ['mode', 'replicas', 'endpoint_mode', 'placement', 'labels', 'resources'],
    ['update_config', 'rollback_config', 'restart_policy'],
  ].flat(),
  healthcheck: ['test', 'interval', 'timeout', 'start_period', 'retries'],
  update: ['order', 'parallelism', 'delay', 'failure_action', 'monitor', 'max_failure_ratio'],
  restart: ['condition', 'delay', 'max_attempts', 'window'],
  network: ['driver', 'driver_opts', 'internal', 'attachable', 'external', 'name', 'labels'],
};

function expectOnly(heeded: string[], what: object | undefined, where: string): void {
  const others = Object.keys(what ?? {}).filter((key) => !heeded.includes(key) && !key.startsWith('x-'));
  expect(others, where).toEqual([]);
}

describe.each([STACK, ...OVERLAYS, 'packages/checks/src/swarm-check/sandbox.yml'])('%s', (path) => {
  test('has nothing in it that docker stack deploy ignores or refuses', () => {
    const file = yaml<StackFile>(path);
    expect(file.version).toBe('3.8');
    expectOnly(HEEDED.file, file, path);
    for (const [name, service] of Object.entries(file.services ?? {})) {
      expectOnly(HEEDED.service, service, name);
      expectOnly(HEEDED.healthcheck, service.healthcheck, `${name}.healthcheck`);
      expectOnly(HEEDED.deploy, service.deploy, `${name}.deploy`);
      expectOnly(HEEDED.update, service.deploy?.update_config, `${name}.update_config`);
      expectOnly(HEEDED.update, service.deploy?.rollback_config, `${name}.rollback_config`);
      expectOnly(HEEDED.restart, service.deploy?.restart_policy, `${name}.restart_policy`);
    }
    for (const [name, network] of Object.entries(file.networks ?? {})) expectOnly(HEEDED.network, network, name);
  });

  test('names files from the folder of the first stack file, as docker stack deploy resolves them', () => {
    for (const { file } of Object.values(yaml<StackFile>(path).configs ?? {})) expect(file).not.toMatch(/^[./]/);
  });

  test('gives each variable a default', () => {
    for (const [name, byDefault] of variablesOf(path)) expect(byDefault, name).toBeDefined();
  });
});
