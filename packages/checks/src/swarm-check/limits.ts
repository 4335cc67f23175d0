import { dockerJson } from './docker.ts';
import type { Outcome } from './report.ts';
import type { Stack } from './stack.ts';

interface Limits {
  NanoCPUs?: number;
  MemoryBytes?: number;
}

/** Prints limits of a container from cgroup version 2 or 1: bytes of memory, then quota and period of the CPUs. */
const READ = `
  cd /sys/fs/cgroup
  if [ -f memory.max ]; then cat memory.max cpu.max
  else cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us; fi`;

/** Checks that the kernel enforces the limits of the services, in the containers of this node. */
export async function checkLimits(stack: Stack, services: string[]): Promise<Outcome> {
  const wrong: string[] = [];
  const right: string[] = [];
  for (const service of services) {
    const format = '{{json .Spec.TaskTemplate.Resources.Limits}}';
    const wanted = await dockerJson<Limits>('service', 'inspect', stack.service(service), '-f', format);
    for (const container of await stack.containers(service)) {
      const read = await stack.askContainer(service, container, READ);
      if (read === undefined) continue;
      const [bytes, quota, period] = read.split(/\s+/).map(Number);
      const cpus = quota! / period!;
      const holds = bytes === wanted.MemoryBytes && Math.abs(cpus - wanted.NanoCPUs! / 1e9) < 0.01;
      (holds ? right : wrong).push(`${service} ${bytes! / 2 ** 20} MiB, ${cpus} CPUs`);
    }
  }
  return {
    passed: wrong.length === 0 && right.length >= services.length,
    figures: wrong.length > 0 ? `not as wanted: ${wrong.join('; ')}` : right.join('; '),
  };
}
