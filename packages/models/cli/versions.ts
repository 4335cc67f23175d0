import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FACE_NET_WEIGHTS, MTCNN_WEIGHTS } from '../src/weights/sources.ts';

/** Packages that decide what a face's features are. */
const DEPENDS_ON = ['onnxruntime-node', 'sharp', 'ml-matrix'];

/** Versions of everything that figures depend on, by name. */
export async function versions(): Promise<Record<string, string>> {
  const weights = [MTCNN_WEIGHTS, FACE_NET_WEIGHTS].map((source) => [source.package, source.version] as const);
  const installed = await Promise.all(DEPENDS_ON.map(async (name) => [name, await installedVersion(name)] as const));
  return Object.fromEntries([...weights, ...installed, ['Node', process.versions.node]]);
}

async function installedVersion(name: string): Promise<string> {
  const manifest = path.join(import.meta.dirname, '../node_modules', name, 'package.json');
  return JSON.parse(await readFile(manifest, 'utf8')).version;
}
