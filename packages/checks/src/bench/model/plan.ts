import type { Figures } from '../system/figures.ts';
import { type Wait, waitInQueue } from './erlang.ts';

export interface Cluster {
  nodes: number;
  /** Cores of each node, as fast as those of the measured machine. */
  cores: number;
  /** Estimators in all. */
  replicas: number;
}

/** The most photos a second that one part of the suite can do. */
interface Limit {
  what: string;
  photosPerSecond: number;
  why: string;
}

export interface Plan {
  limits: Limit[];
  lowest: Limit;
  /** The load as a share of the lowest limit; from 1 up the queue grows. */
  busy: number;
  /** Time that photos wait for an estimator. */
  wait: Wait;
}

/** CPUs of each service in docker-stack.yml. */
export const STACK_CPUS = { estimator: 1, bot: 1, rabbitmq: 1, redis: 0.5 };

/** Plans from the figures of one estimator what a cluster can do, and how long `perSecond` photos wait in it. */
export function plan({ load }: Figures, { nodes, cores, replicas }: Cluster, perSecond: number): Plan {
  const { cpuMs, photosPerSecond } = load[0]!;
  const estimatorMs = cpuMs.pipeline + cpuMs.messaging;
  const photoMs = estimatorMs + cpuMs.bot + cpuMs.rabbitmq + cpuMs.redis;
  const within = (ms: number, cpus: number) => (1000 * cpus) / ms;
  const ofService = (what: string, ms: number, cpus: number, remark: string): Limit => {
    return { what, photosPerSecond: within(ms, cpus), why: `${ms.toFixed(1)} ms a photo ${remark}` };
  };
  // The measured estimator used more than the one CPU of its container.
  const one = Math.min(photosPerSecond, within(estimatorMs, STACK_CPUS.estimator));
  const limits: Limit[] = [
    {
      what: 'estimators',
      photosPerSecond: replicas * one,
      why: `${replicas} × ${one.toFixed(1)} photos/s; ${estimatorMs.toFixed(1)} ms a photo on ${STACK_CPUS.estimator} CPU each`,
    },
    ofService('processors', photoMs, nodes * cores, `on ${nodes * cores} cores, all parts together`),
    ofService('bot', cpuMs.bot, STACK_CPUS.bot, 'in one process, because only one may poll'),
    ofService('RabbitMQ', cpuMs.rabbitmq, STACK_CPUS.rabbitmq, `on ${STACK_CPUS.rabbitmq} CPU`),
    ofService('Redis', cpuMs.redis, STACK_CPUS.redis, `on ${STACK_CPUS.redis} CPU`),
  ];
  const lowest = limits.reduce((least, limit) => (limit.photosPerSecond < least.photosPerSecond ? limit : least));
  // Estimators share the cores if there are fewer cores.
  const rate = Math.min(one, within(photoMs, nodes * cores) / replicas);
  return { limits, lowest, busy: perSecond / lowest.photosPerSecond, wait: waitInQueue(replicas, perSecond, rate) };
}
