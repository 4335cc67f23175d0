import { cpus, totalmem } from 'node:os';
import { runtimeVersions } from '@attrai/vision/runtime-versions';

/** Describes the machine, the versions of Node and libraries, and the date: one line each. */
export function describeMachine(): string[] {
  const cores = cpus();
  const { onnxruntime, sharp, libvips } = runtimeVersions();
  return [
    `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
    `Node ${process.versions.node}, ONNX Runtime ${onnxruntime}, sharp ${sharp} (libvips ${libvips}), ${process.platform} ${process.arch}`,
    new Date().toISOString().slice(0, 10),
  ];
}
