import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { describeVariable } from '../../packages/config/src/describe-config.ts';
import { autoscalerConfig } from '../../services/autoscaler/src/config.ts';
import { botConfig } from '../../services/bot/src/config.ts';
import { estimatorConfig } from '../../services/estimator/src/config.ts';
import { exampleSettings, mebibytes, type StackFile, text, variablesOf, withDefaults, yaml } from './stack-file.ts';

const STACK = 'docker-stack.yml';
const stack = yaml<StackFile>(STACK);
const services = Object.entries(stack.services);
const overlays = readdirSync(fileURLToPath(new URL('../stack', import.meta.url))).map((name) => `deploy/stack/${name}`);
/** Those that an overlay adds, too. */
const each = [STACK, ...overlays]
  .flatMap((path) => Object.entries(yaml<StackFile>(path).services ?? {}))
  .filter(([, service]) => service.image !== undefined)
  .map(([name, service]) => ({ name, service }));

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

describe.each([STACK, ...overlays, 'packages/checks/src/swarm-check/sandbox.yml'])('%s', (path) => {
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

describe.each(each)('the service $name', ({ name, service }) => {
  const { deploy } = service;

  test('has limits of CPU and memory, and reserves no more', () => {
    expect(Number(withDefaults(deploy.resources.limits.cpus))).toBeGreaterThan(0);
    const limit = mebibytes(deploy.resources.limits.memory);
    expect(limit).toBeGreaterThan(0);
    expect(mebibytes(deploy.resources.reservations.memory)).toBeLessThanOrEqual(limit);
  });

  test('is asked for its health, started again when it ends, and given time to stop', () => {
    expect(service.healthcheck.test[0]).toMatch(/^CMD/);
    expect(deploy.restart_policy).toMatchObject({ condition: 'any', delay: expect.any(String) });
    expect(deploy.restart_policy.max_attempts).toBeUndefined();
    const seconds = Number(/^(\d+)s$/.exec(service.stop_grace_period)?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(30);
    // Above a minute, stop-first updates break.
    expect(seconds).toBeLessThan(60);
  });

  test('keeps a bounded log', () => {
    expect(service.logging.driver).toBe('json-file');
    expect(service.logging.options['max-size']).toMatch(/^\d+m$/);
    expect(Number(service.logging.options['max-file'])).toBeGreaterThan(1);
  });

  test('may come from another registry', () => {
    expect(service.image).toMatch(/^\$\{[A-Z]+_IMAGE:-.+:.+\}$/);
  });

  test('is found by the addresses of its tasks, since idle connections by a virtual one are dropped', () => {
    expect(deploy.endpoint_mode).toBe('dnsrr');
    expect(service.ports).toBeUndefined();
  });

  test('is on the labelled node if it has a volume of its own', () => {
    const volumes = (service.volumes ?? []).filter((volume) => typeof volume === 'string');
    for (const volume of volumes) expect(Object.keys(stack.volumes)).toContain(volume.split(':')[0]);
    const own = volumes.filter((volume) => !volume.startsWith('photos:'));
    if (own.length === 0) return;
    const constraints = deploy.placement.constraints!.map(withDefaults);
    expect(constraints).toEqual(['node.labels.attrai.state == true']);
    expect(deploy.update_config.order).toBe('stop-first');
    expect(withDefaults(deploy.replicas)).toBe('1');
  });

  test('has no secret in its environment: passwords are files', () => {
    const mounted = [
      ...(service.secrets ?? []).map((secret) => `/run/secrets/${secret}`),
      ...(service.configs ?? []).map(({ target }) => target),
    ];
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      if (/_FILE$/.test(variable)) expect(mounted, variable).toContain(value);
      else expect(variable).not.toMatch(/TOKEN|PASSWORD|SECRET|AMQP_URL|REDIS_URL/);
    }
    for (const secret of service.secrets ?? []) expect(Object.keys(stack.secrets), name).toContain(secret);
  });
});

describe('the stack', () => {
  const replicas = (name: string) => Number(withDefaults(stack.services[name]!.deploy.replicas));
  const memory = (name: string) => mebibytes(stack.services[name]!.deploy.resources.limits.memory);
  const total = services.reduce((sum, [name]) => sum + replicas(name) * memory(name), 0);

  test('fits 8 GB with four estimators, one more for the time of an update, and what the host needs', () => {
    expect(replicas('estimator')).toBe(4);
    const host = 768;
    expect(total + memory('estimator') + host).toBeLessThanOrEqual(8192);
  });

  test('is listed in the operators’ README as it is', () => {
    const readme = text('deploy/README.md');
    for (const [name] of services) {
      const row = `| ${name} | ${replicas(name)} | ${memory(name)} | ${replicas(name) * memory(name)} |`;
      expect(readme).toContain(row);
    }
    expect(readme).toContain(`| **sum** | | | **${total}** |`);
  });

  test('gives servers less to fill than their containers may take', () => {
    const heap = (name: string, options: string) =>
      Number(/-Xmx(\d+)m/.exec(withDefaults(stack.services[name]!.environment![options]!))![1]) / memory(name);
    expect(heap('graylog', 'GRAYLOG_SERVER_JAVA_OPTS')).toBeLessThan(0.6);
    expect(heap('opensearch', 'OPENSEARCH_JAVA_OPTS')).toBeLessThanOrEqual(0.5);
    const cache = Number(stack.services.mongodb!.command!.at(-1)) * 1024;
    expect(cache).toBeLessThanOrEqual(memory('mongodb') / 2);
    const watermark = Number(/watermark\.absolute = (\d+)MiB/.exec(text('deploy/rabbitmq/rabbitmq.conf'))![1]);
    expect(watermark).toBeLessThan(memory('rabbitmq') * 0.6);
    const redis = text('deploy/redis/redis.conf.tmpl');
    // A rewrite of the append-only file may take as much again.
    expect(Number(/^maxmemory (\d+)mb$/m.exec(redis)![1])).toBeLessThanOrEqual(memory('redis') * 0.65);
    expect(redis).toMatch(/^appendonly yes$/m);
    expect(redis).toMatch(/^maxmemory-policy noeviction$/m);
  });

  test('polls Telegram once at a time, and updates estimators without a gap', () => {
    const { bot, estimator } = stack.services;
    expect(bot!.deploy.replicas).toBe(1);
    expect(bot!.deploy.update_config).toMatchObject({ order: 'stop-first', failure_action: 'rollback' });
    expect(estimator!.deploy.update_config).toMatchObject({ order: 'start-first', failure_action: 'rollback' });
    expect(estimator!.deploy.rollback_config).toMatchObject({ order: 'start-first' });
    expect(estimator!.deploy.placement.preferences).toHaveLength(1);
  });

  test('lets estimators reach RabbitMQ and the logs, and nothing else', () => {
    const { estimator } = stack.services;
    expect(estimator!.networks).toEqual(['bus', 'logs']);
    expect(estimator!.secrets).toEqual(['rabbitmq_estimator_password']);
    for (const network of ['bus', 'logs', 'state', 'graylog-state'])
      expect(stack.networks[network]!.internal).toBe(true);
    const on = (network: string) =>
      services.filter(([, { networks }]) => networks.includes(network)).map(([name]) => name);
    expect(on('bus')).toEqual(['bot', 'estimator', 'rabbitmq']);
    expect(on('logs')).toEqual(['bot', 'estimator', 'graylog']);
    expect(on('state')).toEqual(['bot', 'redis']);
    expect(on('outside')).toEqual(['bot']);
    expect(on('graylog-state')).toEqual(['graylog', 'mongodb', 'opensearch']);
  });

  test.each(['bot', 'estimator'])('runs the %s on a file system it can not write to, with no privilege', (name) => {
    const { read_only, cap_drop, volumes } = stack.services[name]!;
    expect({ read_only, cap_drop }).toEqual({ read_only: true, cap_drop: ['ALL'] });
    expect(volumes).toContainEqual({ type: 'tmpfs', target: '/tmp', tmpfs: { size: expect.any(Number) } });
  });

  test.each([
    ['bot', botConfig],
    ['estimator', estimatorConfig],
    ['autoscaler', autoscalerConfig],
  ] as const)('sets variables that the %s reads, with the defaults it has itself', (name, schema) => {
    const shape = schema.shape as Record<string, Parameters<typeof describeVariable>[1]>;
    const [own, ...more] = [STACK, ...overlays].flatMap((path) => yaml<StackFile>(path).services?.[name] ?? []);
    for (const [variable, value] of Object.entries(own!.environment!)) {
      const read = shape[variable.replace(/_FILE$/, '')];
      expect(read, variable).toBeDefined();
      if (!/_FILE$|^GRAYLOG_URL$/.test(variable)) {
        expect(withDefaults(value), variable).toBe(describeVariable(variable, read!).default ?? '');
      }
    }
    const added = more.flatMap(({ environment = {} }) => Object.entries(environment));
    for (const [variable, value] of added.filter(([variable]) => !variable.startsWith('NODE_'))) {
      expect(shape[variable], variable).toBeDefined();
      // An empty value counts as unset.
      expect(shape[variable]!.safeParse(withDefaults(value) || undefined).success, variable).toBe(true);
    }
  });

  test('has every variable explained in .env.example, with the same default', () => {
    const settings = exampleSettings();
    const used = new Map([STACK, ...overlays].flatMap((path) => [...variablesOf(path)]));
    for (const [variable, byDefault] of used) expect([variable, settings.get(variable)]).toEqual([variable, byDefault]);
    expect([...settings.keys()].filter((variable) => !used.has(variable))).toEqual([]);
  });

  test('versions the names of secrets', () => {
    for (const [secret, { external, name }] of Object.entries(stack.secrets)) {
      expect(external).toBe(true);
      expect(withDefaults(name)).toBe(`attrai_${secret}_1`);
      expect(text('deploy/create-secrets.sh')).toContain(withoutStack(name));
    }
  });

  test('names configs by what is in them, since a config can not be changed', () => {
    for (const [config, { name, file }] of Object.entries(stack.configs)) {
      const hash = createHash('sha256').update(text(file)).digest('hex').slice(0, 8);
      expect(withDefaults(name)).toBe(`attrai_${config}_${hash}`);
    }
  });

  test('gives services the secrets that their templates ask for, and has them filled in', () => {
    for (const [name, service] of services) {
      for (const { source } of service.configs ?? []) {
        const config = stack.configs[source]!;
        const asked = [...text(config.file).matchAll(/\{\{\s*secret "([^"]+)"\s*\}\}/g)].map(([, secret]) => secret);
        for (const secret of asked) expect(service.secrets, `${name}: ${config.file}`).toContain(secret);
        expect(config.template_driver, config.file).toBe(asked.length > 0 ? 'golang' : undefined);
      }
    }
  });
});

/** `_bot_token_${BOT_TOKEN_VERSION:-1}` of the stack file's name, as the shell script has it. */
function withoutStack(name: string): string {
  return name.slice(name.indexOf('}') + 1);
}
