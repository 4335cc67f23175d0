import { readFileSync } from 'node:fs';

/** Linux' list of what the processor can do; other systems have no such file. */
const CPU_INFO = '/proc/cpuinfo';

/**
 * Whether the processor multiplies and adds bytes four at a time (VNNI): a net in bytes is then twice as fast as in
 * float32. Without it ONNX Runtime has no gain from bytes, and its sums of two products saturate (vpmaddubsw).
 */
export function multipliesBytes(cpuInfo = readCpuInfo()): boolean {
  return /^flags\s*:.*\bavx(512)?_vnni\b/m.test(cpuInfo);
}

function readCpuInfo(): string {
  try {
    return readFileSync(CPU_INFO, 'utf8');
  } catch {
    return '';
  }
}
