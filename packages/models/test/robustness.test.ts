import path from 'node:path';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { groupPhoto, modelsDir } from '@attrai/vision/test/paths';
import { temporaryFolder } from '@attrai/vision/test/temporary-folder';
import type { Box, Point } from '@attrai/vision/vision';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { type Raw, readRaw } from '../src/raw.ts';
import { toHtml } from '../src/report/write-report.ts';
import { boxBack, CHANGES } from '../src/robustness/changes.ts';
import { measureShifts } from '../src/robustness/measure.ts';
import { robustnessReport } from '../src/robustness/report.ts';

const WIDTH = 320;
const HEIGHT = 240;
const DISC = { x: 200, y: 90, radius: 30 };

const dir = temporaryFolder();
beforeAll(restrictSharp);

it.each(CHANGES)('brings a face back to where it was: $kind $name', async (change) => {
  const photo = disc();
  const changed = await readRaw(await change.apply(photo));
  const box = boundsOf(changed);
  const back = boxBack(change, box, photo);
  const [x, y] = middle(back);
  expect(Math.hypot(x - DISC.x, y - DISC.y)).toBeLessThan(1.5);
  // A blurred edge is a little further out.
  expect(Math.abs(back[2] - back[0] - 2 * DISC.radius)).toBeLessThan(4);
});

it('changes the pixels', async () => {
  const photo = disc();
  for (const change of CHANGES) {
    const { data, width, height } = await readRaw(await change.apply(photo));
    const same = width === WIDTH && height === HEIGHT && Buffer.from(data).equals(Buffer.from(photo.data));
    expect(same, change.name).toBe(false);
  }
});

it('finds faces again under every change, and measures how far their scores move', { timeout: 120_000 }, async () => {
  const scorerModel = `${modelsDir}/scorer.onnx`;
  const large = path.join(dir, 'large.png'); // Faces must be found at half the size, too.
  await sharp(groupPhoto).resize({ width: 900 }).toFile(large);
  const shifts = await measureShifts([large], { modelsDir, scorerModel });
  expect(shifts.map(({ change }) => change)).toEqual(CHANGES);
  for (const { change, faces, found, sd } of shifts) {
    expect(faces).toBeGreaterThanOrEqual(3);
    expect(found, change.name).toBeGreaterThanOrEqual(2);
    expect(found, change.name).toBeLessThanOrEqual(faces);
    expect(sd, change.name).toBeLessThan(1.5);
  }
  // Under the smallest changes a few faces may all keep their score.
  expect(shifts.filter(({ p95 }) => p95! >= 0.1).length).toBeGreaterThan(CHANGES.length / 2);
  const about = { photos: 1, date: new Date(0), versions: [] };
  const html = toHtml(robustnessReport([{ scorer: 'scorer.onnx', shifts }], about));
  for (const { sd } of shifts) expect(html).toContain(`<td>${sd!.toFixed(2)}</td>`);
  expect(html).not.toMatch(/large|<script|<img|data:/);
});

it('says whether the goal is reached', () => {
  const shifts = CHANGES.map((change) => ({ change, faces: 9, found: 9, sd: 0.1, mean: 0, p95: 0.2 }));
  const about = { photos: 1, date: new Date(0), versions: [] };
  const reached = robustnessReport([{ scorer: 's', shifts }], about);
  expect(reached.blocks.some(({ kind }) => kind === 'warning')).toBe(false);
  const quality70 = shifts.map((shift) => (shift.change.name === 'quality 70' ? { ...shift, sd: 0.21 } : shift));
  const missed = robustnessReport([{ scorer: 's', shifts: quality70 }], about);
  expect(missed.blocks).toContainEqual({ kind: 'warning', text: expect.stringContaining('JPEG quality 70: 0.21') });
});

/** A white disc on black. */
function disc(): Raw {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const inside = Math.hypot(x + 0.5 - DISC.x, y + 0.5 - DISC.y) <= DISC.radius;
      data.fill(inside ? 200 : 20, (y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3);
    }
  }
  return { data, width: WIDTH, height: HEIGHT };
}

function boundsOf({ data, width, height }: Raw): Box {
  const bounds: Box = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 3]! < 100) continue;
      bounds[0] = Math.min(bounds[0], x);
      bounds[1] = Math.min(bounds[1], y);
      bounds[2] = Math.max(bounds[2], x + 1);
      bounds[3] = Math.max(bounds[3], y + 1);
    }
  }
  return bounds;
}

function middle([x1, y1, x2, y2]: Box): Point {
  return [(x1 + x2) / 2, (y1 + y2) / 2];
}
