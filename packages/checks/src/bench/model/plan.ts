import type { Figures } from '../system/figures.ts';
import { type Wait, waitInQueue } from './erlang.ts';

export interface Cluster {
  nodes: number;
  /** Of each node. They are taken to be as fast as those of the machine that was measured. */
  cores: number;
  /** Estimators in all. */
  replicas: number;
}

/** The most photos a second that one part of the suite lets through. */
export interface Limit {
  what: string;
  photosPerSecond: number;
  why: string;
}

export interface Plan {
  limits: Limit[];
  /** The lowest of them. */
  lowest: Limit;
  /** How much of the lowest limit the photos take; from 1 up the queue grows. */
  busy: number;
  /** How long photos wait for an estimator. */
  wait: Wait;
}

/** CPUs that docker-stack.yml gives each service. */
export const STACK_CPUS = { estimator: 1, bot: 1, rabbitmq: 1, redis: 0.5 };

/** Plans what a cluster lets through, and how long `perSecond` photos wait in it, from figures of one estimator. */
export function plan({ load }: Figures, cluster: Cluster, perSecond: number): Plan {
  const { cpuMs, photosPerSecond } = load[0]!;
  const { nodes, cores, replicas } = cluster;
  const estimatorMs = cpuMs.pipeline + cpuMs.messaging;
  const photoMs = estimatorMs + cpuMs.bot + cpuMs.rabbitmq + cpuMs.redis;
  const within = (ms: number, cpus: number) => (1000 * cpus) / ms;
  // When it was measured, its threads ran side by side on more than the CPU of its container.
  const one = Math.min(photosPerSecond, within(estimatorMs, STACK_CPUS.estimator));
  const limits: Limit[] = [
    {
      what: 'estimators',
      photosPerSecond: replicas * one,
      why: `${replicas} × ${one.toFixed(1)} photos/s; ${estimatorMs.toFixed(1)} ms a photo on ${STACK_CPUS.estimator} CPU each`,
    },
    {
      what: 'processors',
      photosPerSecond: within(photoMs, nodes * cores),
      why: `${photoMs.toFixed(1)} ms a photo on ${nodes * cores} cores, all parts together`,
    },
    {
      what: 'bot',
      photosPerSecond: within(cpuMs.bot, STACK_CPUS.bot),
      why: `${cpuMs.bot.toFixed(1)} ms a photo; one process, as only one may poll`,
    },
    {
      what: 'RabbitMQ',
      photosPerSecond: within(cpuMs.rabbitmq, STACK_CPUS.rabbitmq),
      why: `${cpuMs.rabbitmq.toFixed(1)} ms a photo on ${STACK_CPUS.rabbitmq} CPU`,
    },
    {
      what: 'Redis',
      photosPerSecond: within(cpuMs.redis, STACK_CPUS.redis),
      why: `${cpuMs.redis.toFixed(1)} ms a photo on ${STACK_CPUS.redis} CPU`,
    },
  ];
  const lowest = limits.reduce((least, limit) => (limit.photosPerSecond < least.photosPerSecond ? limit : least));
  // Estimators that outnumber their cores share them.
  const rate = Math.min(one, limits[1]!.photosPerSecond / replicas);
  return { limits, lowest, busy: perSecond / lowest.photosPerSecond, wait: waitInQueue(replicas, perSecond, rate) };
}
