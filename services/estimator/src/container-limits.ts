import { availableParallelism } from 'node:os';

export interface ContainerLimits {
  /** Threads inside one operator of a net. */
  threads: number;
  /** Memory of the container, MiB; undefined if it has no limit. */
  memoryMb: number | undefined;
}

/** Small nets gain almost nothing from more. */
const MOST_THREADS = 4;
/** Resident memory for the largest accepted photos (progressive, some 200 MB decoded), MiB. With less, the kernel may kill the process. */
export const ENOUGH_MEMORY_MB = 480;

/**
 * The container's limits. ONNX Runtime would count the host's cores; Node's availableParallelism() follows the container's CPU
 * quota. One thread gives the most photos per CPU second: give a container one CPU, and the service more replicas. (V8 sizes
 * its heap by the container's memory; the vision package switches off sharp's cache and threads.)
 */
export function readContainerLimits(): ContainerLimits {
  // 0: unknown; 2^64: no limit.
  const bytes = process.constrainedMemory();
  return {
    threads: Math.min(availableParallelism(), MOST_THREADS),
    memoryMb: bytes > 0 && bytes < Number.MAX_SAFE_INTEGER ? Math.floor(bytes / 2 ** 20) : undefined,
  };
}
