import type { Pixels } from '../pixels.ts';
import type { Glyph, Glyphs } from './glyphs.ts';
import type { Colour } from './paint.ts';

/** Room between characters, as a share of a digit's height. */
const SPACING = 0.12;

/** The width of a text whose digits are `height` pixels high, pixels. */
export function measureText(glyphs: Glyphs, text: string, height: number): number {
  const scale = height / glyphs.digitHeight;
  const ink = [...text].reduce((sum, character) => sum + glyphs.get(character).width * scale, 0);
  return ink + (text.length - 1) * SPACING * height;
}

/** Where and how a text is written. Lengths in pixels. */
interface Lettering {
  /** Upper left corner of the first digit's ink. */
  left: number;
  top: number;
  /** Height of a digit. */
  height: number;
  colour: Colour;
}

export function drawText(pixels: Pixels, glyphs: Glyphs, text: string, { left, top, height, colour }: Lettering): void {
  const scale = height / glyphs.digitHeight;
  let x = left;
  for (const character of text) {
    const glyph = glyphs.get(character);
    drawGlyph(pixels, glyph, { left: x, top: top + inkTop(glyphs, character) * scale, scale, colour });
    x += glyph.width * scale + SPACING * height;
  }
}

/** How far a character's ink begins below the digits' upper edge, in pixels of its glyph. */
function inkTop(glyphs: Glyphs, character: string): number {
  const onBaseline = (other: string) => glyphs.digitHeight - glyphs.get(other).height;
  if (character === '≈' || character === '–') return onBaseline(character) / 2;
  // A comma begins where a point does, and ends below the baseline.
  return onBaseline(character === ',' ? '.' : character);
}

/** Each pixel gets the mean coverage of the part of the glyph under it. */
function drawGlyph(pixels: Pixels, glyph: Glyph, place: Omit<Lettering, 'height'> & { scale: number }): void {
  const { left, top, scale, colour } = place;
  const right = Math.min(Math.ceil(left + glyph.width * scale), pixels.width);
  const bottom = Math.min(Math.ceil(top + glyph.height * scale), pixels.height);
  for (let y = Math.max(Math.floor(top), 0); y < bottom; y++) {
    for (let x = Math.max(Math.floor(left), 0); x < right; x++) {
      const share = meanCoverage(glyph, (x - left) / scale, (y - top) / scale, 1 / scale);
      if (share > 0) blend(pixels.data, (y * pixels.width + x) * 3, colour, share);
    }
  }
}

/** Mixes a colour into the pixel at byte `at`. */
function blend(data: Uint8Array, at: number, colour: Colour, coverage: number): void {
  const share = colour[3] * coverage;
  for (let c = 0; c < 3; c++) data[at + c]! += (colour[c]! - data[at + c]!) * share;
}

/** The glyph's mean coverage, 0 to 1, in a square of `side` glyph pixels. Outside the glyph there is no ink. */
function meanCoverage({ coverage, width, height }: Glyph, left: number, top: number, side: number): number {
  let sum = 0;
  for (let y = Math.max(Math.floor(top), 0); y < Math.min(top + side, height); y++) {
    const tall = Math.min(y + 1, top + side) - Math.max(y, top);
    for (let x = Math.max(Math.floor(left), 0); x < Math.min(left + side, width); x++) {
      const wide = Math.min(x + 1, left + side) - Math.max(x, left);
      sum += coverage[y * width + x]! * tall * wide;
    }
  }
  return sum / (255 * side * side);
}
