// Started by pipeline.ts as a process of its own. Estimates the photos of a folder in turn for some seconds, and sends
// their number to its parent.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadVision } from '@attrai/vision/load-vision';

const [folder, modelsDir, seconds] = process.argv.slice(2) as [string, string, string];
const photos = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
const vision = await loadVision({ modelsDir });
for (const photo of photos) await vision.estimate(photo);
process.send!('ready');
await new Promise((resolve) => process.once('message', resolve));

const start = performance.now();
let cpuMs = 0;
let done = 0;
// In whole rounds, so that all photos count alike.
while (performance.now() - start < Number(seconds) * 1000) {
  for (const photo of photos) cpuMs += (await vision.estimate(photo)).cpuMs.total;
  done += photos.length;
}
process.send!({ photos: done, cpuMs, clockMs: performance.now() - start });
process.disconnect();
await vision.close();
