import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FACE_NET_WEIGHTS, MTCNN_WEIGHTS } from '../src/weights/sources.ts';

/** The packages that a face's features depend on. */
const DEPENDS_ON = ['onnxruntime-node', 'sharp', 'ml-matrix'];

/** Names and versions of everything that figures depend on, such as "sharp 0.35.5". */
export async function versions(): Promise<string[]> {
  const weights = [MTCNN_WEIGHTS, FACE_NET_WEIGHTS].map((source) => `${source.package} ${source.version}`);
  const installed = await Promise.all(DEPENDS_ON.map(async (name) => `${name} ${await installedVersion(name)}`));
  return [...weights, ...installed, `Node ${process.versions.node}`];
}

async function installedVersion(name: string): Promise<string> {
  const manifest = path.join(import.meta.dirname, '../node_modules', name, 'package.json');
  return JSON.parse(await readFile(manifest, 'utf8')).version;
}
