import { availableParallelism } from 'node:os';

export interface ContainerLimits {
  /** Threads inside one operator of a net. */
  threads: number;
  /** Of the container, MiB; undefined where there is no limit. */
  memoryMb: number | undefined;
}

/** The small nets gain next to nothing from more. */
const MOST_THREADS = 4;
/** Resident memory that the largest accepted photos take (progressive, of some 200 MB decoded), MiB; with less the kernel may kill the process over it. */
export const ENOUGH_MEMORY_MB = 480;

/**
 * What the container may use. ONNX Runtime would look at the host's cores; Node's availableParallelism() follows the
 * container's CPU quota. Photos per CPU second are best with one thread: give a container one CPU, and the service more
 * replicas. (V8 sizes its heap by the container's memory on its own; sharp's cache and threads are switched off in
 * the vision package.)
 */
export function readContainerLimits(): ContainerLimits {
  // 0 where it is unknown, 2^64 where there is no limit.
  const bytes = process.constrainedMemory();
  return {
    threads: Math.min(availableParallelism(), MOST_THREADS),
    memoryMb: bytes > 0 && bytes < Number.MAX_SAFE_INTEGER ? Math.floor(bytes / 2 ** 20) : undefined,
  };
}
