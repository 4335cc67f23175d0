import { docker, dockerLines } from './docker.ts';
import type { Outcome } from './report.ts';
import type { Stack } from './stack.ts';

/** Checks that no secret is visible in `docker inspect`, logs and environments. */
export async function checkSecrets(stack: Stack, services: string[]): Promise<Outcome> {
  const places = new Map<string, string>();
  const configs = await dockerLines('config', 'ls', '-q', '--filter', `name=${stack.name}_`);
  places.set('configs', await docker(['config', 'inspect', ...configs, '-f', '{{printf "%s" .Spec.Data}}']));
  for (const service of services) {
    const name = stack.service(service);
    places.set(`inspect of service ${service}`, await docker(['service', 'inspect', name]));
    const tasks = await dockerLines('service', 'ps', '-q', '--no-trunc', name);
    if (tasks.length > 0)
      places.set(`inspect of its tasks, ${service}`, await docker(['inspect', '--type', 'task', ...tasks]));
    // `docker service logs` hangs if a task has lost its container.
    for (const container of await stack.containers(service, 'ended too')) {
      places.set(`logs of ${service}, ${container}`, await docker(['logs', container], { stderrToo: true }));
    }
    for (const container of await stack.containers(service)) {
      places.set(`inspect of container, ${service}`, await docker(['inspect', container]));
      const command = 'cat /proc/1/environ /proc/1/cmdline | tr "\\0" "\\n"';
      const environment = await stack.askContainer(service, container, command);
      if (environment !== undefined) places.set(`environment of container, ${service}`, environment);
    }
  }
  const found = [...places].filter(([, text]) => stack.secrets.some((secret) => text.includes(secret)));
  const bytes = [...places.values()].reduce((sum, text) => sum + text.length, 0);
  return {
    passed: found.length === 0 && bytes > 0,
    figures:
      found.length > 0
        ? `a secret is in ${found.map(([place]) => place).join(', ')}`
        : `${stack.secrets.length} secrets, not in ${places.size} outputs of docker inspect, logs and environments`,
  };
}
