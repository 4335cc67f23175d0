import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { mebibytes, STACK, type StackFile, text, withDefaults, yaml } from './stack-file.ts';

const stack = yaml<StackFile>(STACK);
const services = Object.entries(stack.services);

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

  test('takes images by their minor version, so that a deploy brings no other', () => {
    for (const [name, { image }] of services) {
      if (!/attrai-/.test(image)) expect(withDefaults(image), name).toMatch(/:\d+\.\d+/);
    }
  });

  test('leaves Graylog alone while it is throttled, and keeps its buffers small beside its heap', () => {
    const { graylog, opensearch } = stack.services;
    const [, command] = graylog!.healthcheck!.test;
    for (const [answer, isWell] of [
      ['ALIVE', true],
      ['THROTTLED', true],
      ['DEAD', false],
    ] as const) {
      const asked = command!.replace(/^curl \S+ \S+/, `echo ${answer}`);
      expect(spawnSync('sh', ['-c', asked]).status === 0, answer).toBe(isWell);
    }
    expect(command).not.toMatch(/curl -\w*f/);
    for (const ring of ['GRAYLOG_RING_SIZE', 'GRAYLOG_INPUTBUFFER_RING_SIZE'])
      expect(Number(graylog!.environment![ring])).toBe(8192);
    expect(opensearch!.environment!.DISABLE_PERFORMANCE_ANALYZER_AGENT_CLI).toBe('true');
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
});
