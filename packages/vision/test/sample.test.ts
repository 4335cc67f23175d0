import { expect, test } from 'vitest';
import { makeMips } from '../src/mips.ts';
import type { Pixels } from '../src/pixels.ts';
import { sampleRect } from '../src/sample.ts';

test('halves until another halving would be too small for any net', () => {
  const sizes = makeMips(gradient(410, 200)).levels.map(({ width, height }) => `${width}×${height}`);
  expect(sizes).toEqual(['410×200', '205×100', '102×50', '51×25']);
});

test.each([
  [400, 300, 40, 30],
  [401, 299, 133, 99],
  [400, 300, 400, 300],
  [64, 64, 150, 150],
  [50, 60, 5, 6],
])('keeps a gradient a gradient: %i×%i to %i×%i', (width, height, toWidth, toHeight) => {
  const out = new Uint8Array(toWidth * toHeight * 3);
  sampleRect(makeMips(gradient(width, height)), [0, 0, width, height], { width: toWidth, height: toHeight }, out);
  let worst = 0;
  for (let y = 1; y < toHeight - 1; y++) {
    for (let x = 1; x < toWidth - 1; x++) {
      const at = (y * toWidth + x) * 3;
      const acrossError = Math.abs(out[at]! - (250 * (x + 0.5)) / toWidth);
      const downError = Math.abs(out[at + 1]! - (250 * (y + 0.5)) / toHeight);
      worst = Math.max(worst, acrossError, downError);
    }
  }
  expect(worst).toBeLessThan(2.5);
});

test('a checkerboard reduced is grey, not moiré', () => {
  const photo = { data: new Uint8Array(320 * 320 * 3), width: 320, height: 320 };
  photo.data.forEach((_, i) => {
    const pixel = Math.floor(i / 3);
    photo.data[i] = (pixel + Math.floor(pixel / 320)) % 2 === 0 ? 255 : 0;
  });
  const out = new Uint8Array(96 * 96 * 3);
  sampleRect(makeMips(photo), [0, 0, 320, 320], { width: 96, height: 96 }, out);
  expect(Math.min(...out)).toBeGreaterThan(115);
  expect(Math.max(...out)).toBeLessThan(140);
});

/** Red rises from 0 to 250 across the width, green down the height. */
function gradient(width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[(y * width + x) * 3] = Math.round((250 * (x + 0.5)) / width);
      data[(y * width + x) * 3 + 1] = Math.round((250 * (y + 0.5)) / height);
    }
  }
  return { data, width, height };
}
