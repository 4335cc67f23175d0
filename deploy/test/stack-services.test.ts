import { describe, expect, test } from 'vitest';
import { mebibytes, OVERLAYS, STACK, type StackFile, withDefaults, yaml } from './stack-file.ts';

const stack = yaml<StackFile>(STACK);
/** Those that an overlay adds, too. */
const each = [STACK, ...OVERLAYS]
  .flatMap((path) => Object.entries(yaml<StackFile>(path).services ?? {}))
  .filter(([, service]) => service.image !== undefined)
  .map(([name, service]) => ({ name, service }));

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
