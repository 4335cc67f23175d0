import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { npmPhoto } from '@attrai/vision/test/paths';
import reference from '@attrai/vision/test/reference-npm.json' with { type: 'json' };
import sharp from 'sharp';

/** Cuts the faces out of the photos in npm packages, one picture each, with room around the face. @returns the files' names */
export async function writeNpmFaces(dir: string): Promise<string[]> {
  const names: string[] = [];
  for (const [key, { width, height, min40 }] of Object.entries(reference)) {
    for (const { box } of min40) {
      const [x1, y1, x2, y2] = box as [number, number, number, number];
      const room = (x2 - x1) * 0.6;
      const left = Math.max(0, Math.round(x1 - room));
      const top = Math.max(0, Math.round(y1 - room));
      const name = `private-${names.length}.png`;
      const face = sharp(npmPhoto(key)).extract({
        left,
        top,
        width: Math.min(width, Math.round(x2 + room)) - left,
        height: Math.min(height, Math.round(y2 + room)) - top,
      });
      await writeFile(path.join(dir, name), await face.png().toBuffer());
      names.push(name);
    }
  }
  return names;
}
